// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "backend/cpu/ops/int8.h"
#include "backend/cpu/ops/int8_tile.h"
#include "backend/cpu/simd/vector.h"

#if defined(__aarch64__)

namespace katago::cpu {

namespace {

// The INT8 micro-kernel of Arm cores. Inputs are signed, 16 channels to a register. Armv8.2-A's dot product adds four
// products to each sum, of one column; before it, two products fit in 16 bits, pairs of those are added to 32-bit sums,
// and the four sums of a column are added up at the end of a group of channels.

#if defined(__ARM_FEATURE_DOTPROD)
constexpr int kStepChannels = 4;
#else
constexpr int kStepChannels = 16;
#endif
constexpr int kChannelMultiple = 16;
constexpr float kInt8Offset = -128;            // of the signed integers that stand for 0 to 255
constexpr float kInt8Shift = kRoundToLowBits;  // what store_int8() takes integers out of

using IntLanes = int32x4_t;

// The largest lane of each of four vectors: lane i is that of row i.
KERNEL_INLINE Vector largest_lanes(const Vector* rows) {
    const auto pair = [&](int i) KERNEL_LAMBDA {
        return vpmaxnmq_f32(reinterpret_cast<float32x4_t>(rows[i]), reinterpret_cast<float32x4_t>(rows[i + 1]));
    };
    return reinterpret_cast<Vector>(vpmaxnmq_f32(pair(0), pair(2)));
}
// Stores 16 channels as INT8, from integers plus kInt8Shift, saturated. The low 16 bits of such floats are the
// integers, which saves a conversion.
KERNEL_INLINE void store_int8(uint8_t* out, const Vector* v) {
    const auto words = [&](int i) KERNEL_LAMBDA {
        return vuzp1q_s16(reinterpret_cast<int16x8_t>(v[i]), reinterpret_cast<int16x8_t>(v[i + 1]));
    };
    vst1q_s8(reinterpret_cast<int8_t*>(out), vqmovn_high_s16(vqmovn_s16(words(0)), words(2)));
}
KERNEL_INLINE RowZero stored_zero(float zero, float scale) {
    return -zero * scale;
}

KERNEL_INLINE int8x16_t load_int8(const void* p) {
    return vld1q_s8(static_cast<const int8_t*>(p));
}

// The factors of a vector of columns in one group of channels: a row's integer sum is multiplied with `scales`, its
// zero point with `sums`. As integers the zero points would cost more: Cortex cores multiply 32-bit integers at a
// quarter of the speed of floats.
struct ColumnFactors {
    KERNEL_INLINE ColumnFactors(const float* column_scales, const int32_t* column_sums)
        : scales(load(column_scales)), sums(reinterpret_cast<Vector>(vcvtq_f32_s32(vld1q_s32(column_sums))) * scales) {}
    Vector scales, sums;
};

// One float for each row of a tile, in registers whose single lanes are factors.
template <int kRows>
struct RowFactors {
    KERNEL_INLINE explicit RowFactors(const float* p) {
        if constexpr (kRows >= 4) {
            first = vld1q_f32(p), last = vld1q_f32(p + kRows - 4);  // which overlap, rather than read beyond the tile
        } else {
            first = last = vdupq_n_f32(p[0]);
            if constexpr (kRows > 1) first = vsetq_lane_f32(p[1], first, 1);
            if constexpr (kRows > 2) first = vsetq_lane_f32(p[2], first, 2);
        }
    }
    template <int kRow>
    KERNEL_INLINE Vector add_times(Vector sum, Vector x) const {
        const auto y = reinterpret_cast<float32x4_t>(sum), v = reinterpret_cast<float32x4_t>(x);
        if constexpr (kRow < 4) return reinterpret_cast<Vector>(vfmaq_laneq_f32(y, v, first, kRow));
        if constexpr (kRow >= 4) return reinterpret_cast<Vector>(vfmaq_laneq_f32(y, v, last, kRow - kRows + 4));
    }
    template <int kRow>
    KERNEL_INLINE Vector times(Vector x) const {
        const auto v = reinterpret_cast<float32x4_t>(x);
        if constexpr (kRow < 4) return reinterpret_cast<Vector>(vmulq_laneq_f32(v, first, kRow));
        if constexpr (kRow >= 4) return reinterpret_cast<Vector>(vmulq_laneq_f32(v, last, kRow - kRows + 4));
    }
    float32x4_t first, last;
};

#if defined(__ARM_FEATURE_DOTPROD)
// The start of a sum: the bits of 1.5 * 2^23, whose neighbours, as floats, are integers. To subtract it takes these
// cores a quarter of the time of a conversion.
constexpr int32_t kSumStart = 0x4b400000;
static_assert(kInt8RotatedGroup * 128 * 127 < 1 << 22, "sums would leave the range of such floats");
KERNEL_INLINE Vector float_sums(IntLanes started) {
    return reinterpret_cast<Vector>(started) - kRoundToLowBits;
}
#else
constexpr int32_t kSumStart = 0;
KERNEL_INLINE Vector float_sums(IntLanes sums) {
    return reinterpret_cast<Vector>(vcvtq_f32_s32(sums));
}
#endif

// Calls multiply(inputs) for each register of 16 channels of a group, channel block by channel block.
template <class Multiply>
KERNEL_INLINE void for_each_register(const Int8Tile& tile, const uint8_t* in, int registers, const Multiply& multiply) {
    constexpr int kRegistersOfBlock = kInt8Block / kChannelMultiple;
    for (; registers > 0; registers -= kRegistersOfBlock, in += tile.entries * kInt8BlockBytes) {
        const uint8_t* end = in + min_of(registers, kRegistersOfBlock) * kChannelMultiple;
        for (const uint8_t* at = in; at != end; at += kChannelMultiple) multiply(at);
    }
}

// Adds a row's sums over one group to the result, or for kFirst, of the first group, begins it with them.
template <int kRow, bool kFirst, int kRows>
KERNEL_INLINE void add_scaled(Vector& result, IntLanes sum, const ColumnFactors& columns,
                              const RowFactors<kRows>& row_scales, const RowFactors<kRows>& row_zeros) {
    const Vector scaled = float_sums(sum) * columns.scales;
    Vector y;
    if constexpr (kFirst) y = row_scales.template times<kRow>(scaled);
    if constexpr (!kFirst) y = row_scales.template add_times<kRow>(result, scaled);
    result = row_zeros.template add_times<kRow>(y, columns.sums);
}

#if defined(__ARM_FEATURE_DOTPROD)
// sum + the dot products of four neighbouring channels of four columns with those in lane kLane of `x`.
template <int kLane>
KERNEL_INLINE IntLanes add_dot(IntLanes sum, int8x16_t columns, int8x16_t x) {
    return vdotq_laneq_s32(sum, columns, x, kLane);
}

// One tap and group of the K dimension: results[kVectors][kRows] += inputs * weights, or = for kFirst.
//   in       the first row's first channel block; rows are kInt8BlockBytes apart
//   weights  [channels / 4][kVectors * 4][4]
template <int kRows, int kVectors, bool kFirst>
KERNEL_INLINE void add_group(const Int8Tile& tile, const uint8_t* in, ptrdiff_t entry, const int8_t* weights,
                             int registers, const float* scales, const int32_t* sums, Vector* results) {
    constexpr int kStep = kVectors * 16;  // bytes of four channels
    IntLanes sum[kRows][kVectors];
    unroll<kRows * kVectors>([&](auto i) KERNEL_LAMBDA {
        sum[decltype(i)::value / kVectors][decltype(i)::value % kVectors] = vdupq_n_s32(kSumStart);
    });
    for_each_register(tile, in, registers, [&](const uint8_t* at) KERNEL_LAMBDA {
        int8x16_t x[kRows];
        unroll<kRows>([&](auto r) KERNEL_LAMBDA {
            x[decltype(r)::value] = load_int8(at + decltype(r)::value * kInt8BlockBytes);
        });
        unroll<4>([&](auto lane) KERNEL_LAMBDA {
            asm volatile("");  // as in accumulate_four(): no weights are loaded before they are used
            unroll<kVectors>([&](auto v) KERNEL_LAMBDA {
                constexpr int kLane = decltype(lane)::value, kVector = decltype(v)::value;
                const int8x16_t columns = load_int8(weights + kLane * kStep + kVector * 16);
                unroll<kRows>([&](auto r) KERNEL_LAMBDA {
                    constexpr int kRow = decltype(r)::value;
                    sum[kRow][kVector] = add_dot<kLane>(sum[kRow][kVector], columns, x[kRow]);
                });
            });
        });
        weights += 4 * kStep;
    });
    const RowFactors<kRows> row_scales(tile.row_scales + entry), row_zeros(tile.row_zeros + entry);
    unroll<kVectors>([&](auto v) KERNEL_LAMBDA {
        constexpr int kFirstColumn = decltype(v)::value * kWidth;
        const ColumnFactors columns(scales + kFirstColumn, sums + kFirstColumn);
        unroll<kRows>([&](auto r) KERNEL_LAMBDA {
            constexpr int kVector = decltype(v)::value, kRow = decltype(r)::value;
            add_scaled<kRow, kFirst>(results[kVector * kRows + kRow], sum[kRow][kVector], columns, row_scales,
                                     row_zeros);
        });
    });
}
#else
// One tap and group of the K dimension for one vector of columns: results[kRows] += inputs * weights, or = for kFirst.
//   weights  [channels / 16][columns of the panel][16], from this vector's columns on
template <int kRows, bool kFirst>
KERNEL_INLINE void add_group_of_vector(const Int8Tile& tile, const uint8_t* in, ptrdiff_t entry, const int8_t* weights,
                                       int stride, int registers, const float* scales, const int32_t* sums,
                                       Vector* results) {
    IntLanes sum[kRows][kWidth];
    for (int r = 0; r < kRows; ++r) {
        for (int c = 0; c < kWidth; ++c) sum[r][c] = vdupq_n_s32(kSumStart);
    }
    for_each_register(tile, in, registers, [&](const uint8_t* at) KERNEL_LAMBDA {
        int8x16_t x[kRows];
        unroll<kRows>([&](auto r) KERNEL_LAMBDA {
            x[decltype(r)::value] = load_int8(at + decltype(r)::value * kInt8BlockBytes);
        });
        unroll<kWidth>([&](auto c) KERNEL_LAMBDA {
            constexpr int kColumn = decltype(c)::value;
            const int8x16_t column = load_int8(weights + kColumn * kChannelMultiple);
            unroll<kRows>([&](auto r) KERNEL_LAMBDA {
                constexpr int kRow = decltype(r)::value;
                // The sum of two products is at most 2 * 128 * 127, which fits in 16 bits.
                const int16x8_t low = vmull_s8(vget_low_s8(column), vget_low_s8(x[kRow]));
                sum[kRow][kColumn] = vpadalq_s16(sum[kRow][kColumn], vmlal_high_s8(low, column, x[kRow]));
            });
        });
        weights += stride;
    });
    const ColumnFactors factors(scales, sums);
    const RowFactors<kRows> row_scales(tile.row_scales + entry), row_zeros(tile.row_zeros + entry);
    unroll<kRows>([&](auto r) KERNEL_LAMBDA {
        constexpr int kRow = decltype(r)::value;
        const IntLanes* s = sum[kRow];
        const IntLanes columns = vpaddq_s32(vpaddq_s32(s[0], s[1]), vpaddq_s32(s[2], s[3]));
        add_scaled<kRow, kFirst>(results[kRow], columns, factors, row_scales, row_zeros);
    });
}
template <int kRows, int kVectors, bool kFirst>
KERNEL_INLINE void add_group(const Int8Tile& tile, const uint8_t* in, ptrdiff_t entry, const int8_t* weights,
                             int registers, const float* scales, const int32_t* sums, Vector* results) {
    constexpr int kColumns = kVectors * kWidth;
    unroll<kVectors>([&](auto v) KERNEL_LAMBDA {
        constexpr int kFirstColumn = decltype(v)::value * kWidth;
        add_group_of_vector<kRows, kFirst>(tile, in, entry, weights + kFirstColumn * kChannelMultiple,
                                           kColumns * kChannelMultiple, registers, scales + kFirstColumn,
                                           sums + kFirstColumn, results + decltype(v)::value * kRows);
    });
}
#endif

// The micro-kernel: results[kVectors][kRows] = the tile's rows times its panel, over all taps and groups of channels.
template <int kRows, int kVectors>
void gemm_tile_int8(const Int8Tile& tile, Vector* results) {
    const int8_t* weights = tile.weights;
    const float* scales = tile.scales;
    const int32_t* sums = tile.sums;
    bool first = true;
    const size_t group_entries = blocks_of_group(tile.group) * tile.entries;
    for (int tap = 0; tap < tile.taps; ++tap) {
        ptrdiff_t entry = tile.taps == 1 ? 0 : (tap / 3 - 1) * tile.stride + tap % 3 - 1;
        const uint8_t* in = tile.in + entry * static_cast<ptrdiff_t>(kInt8BlockBytes);
        for (int channel = 0; channel < tile.channels; channel += tile.group) {
            const int registers =
                (min_of(tile.group, tile.channels - channel) + kChannelMultiple - 1) / kChannelMultiple;
            if (first) {
                add_group<kRows, kVectors, true>(tile, in, entry, weights, registers, scales, sums, results);
            } else {
                add_group<kRows, kVectors, false>(tile, in, entry, weights, registers, scales, sums, results);
            }
            first = false;
            asm volatile("" : : : "memory");  // the results stay in memory: registers are for the sums
            in += group_entries * kInt8BlockBytes;
            weights += registers * kChannelMultiple * kVectors * kWidth;
            scales += kVectors * kWidth;
            sums += kVectors * kWidth;
            entry += static_cast<ptrdiff_t>(tile.entries);
        }
    }
}

}  // namespace

}  // namespace katago::cpu

#endif
