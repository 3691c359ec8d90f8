// SPDX-License-Identifier: MIT
#pragma once

#include "backend/cpu/ops/int8_tile.h"
#include "backend/cpu/simd/vector.h"

#if defined(__aarch64__)

namespace katago::cpu {

namespace {

// What int8.inl needs of NEON. Inputs are signed bytes, 16 channels to a register. Armv8.2-A's dot product adds four
// products to each sum; before it, two products fit in 16 bits and pairs of those are added to sums of 32 bits.

#if defined(__ARM_FEATURE_DOTPROD)
constexpr int kInputsTogether = 4;
#else
constexpr int kInputsTogether = 16;
#endif
constexpr int kChannelUnit = 16;
constexpr float kByteOffset = -128;            // of the bytes that stand for 0 to 255
constexpr float kByteShift = kRoundToLowBits;  // what store_bytes() takes integers out of

using IntLanes = int32x4_t;

// The largest lane of each of four vectors, in place.
KERNEL_INLINE Vector largest_lanes(const Vector* rows) {
    const auto pair = [&](int i) KERNEL_LAMBDA {
        return vpmaxnmq_f32(reinterpret_cast<float32x4_t>(rows[i]), reinterpret_cast<float32x4_t>(rows[i + 1]));
    };
    return reinterpret_cast<Vector>(vpmaxnmq_f32(pair(0), pair(2)));
}
// 16 channels as bytes, of integers plus kByteShift; what lies outside their range becomes the nearest. The low halves
// of such floats are the integers, which takes a conversion less.
KERNEL_INLINE void store_bytes(uint8_t* out, const Vector* v) {
    const auto words = [&](int i) KERNEL_LAMBDA {
        return vuzp1q_s16(reinterpret_cast<int16x8_t>(v[i]), reinterpret_cast<int16x8_t>(v[i + 1]));
    };
    vst1q_s8(reinterpret_cast<int8_t*>(out), vqmovn_high_s16(vqmovn_s16(words(0)), words(2)));
}
KERNEL_INLINE RowZero stored_zero(float zero, float scale) {
    return -zero * scale;
}

KERNEL_INLINE int8x16_t load_bytes(const void* p) {
    return vld1q_s8(static_cast<const int8_t*>(p));
}

// The columns of a vector in one group: what a row's integer sum and its zero are multiplied with. As integers the
// zeros would cost more: Cortex cores multiply 32-bit integers at a quarter of the speed of floats.
struct ColumnFactors {
    KERNEL_INLINE ColumnFactors(const float* column_scales, const int32_t* column_sums)
        : scales(load(column_scales)), sums(reinterpret_cast<Vector>(vcvtq_f32_s32(vld1q_s32(column_sums))) * scales) {}
    Vector scales, sums;
};

// One float of each row, in registers of which one lane is multiplied with.
template <int kRows>
struct RowFactors {
    KERNEL_INLINE explicit RowFactors(const float* p) {
        if constexpr (kRows >= 4) {
            first = vld1q_f32(p), last = vld1q_f32(p + kRows - 4);  // which overlap, rather than reach too far
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
// Sums start at the bits of 1.5 * 2^23, whose neighbours, as floats, are integers: to subtract it takes these cores a
// quarter of the time of a conversion.
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

// Calls multiply(inputs) for each of the `units` of a group, line by line.
template <class Multiply>
KERNEL_INLINE void for_each_block(const Int8Tile& tile, const uint8_t* in, int units, const Multiply& multiply) {
    constexpr int kStepsOfBlock = kInt8Block / kChannelUnit;
    for (; units > 0; units -= kStepsOfBlock, in += tile.entries * kInt8BlockBytes) {
        const uint8_t* end = in + min_of(units, kStepsOfBlock) * kChannelUnit;
        for (const uint8_t* at = in; at != end; at += kChannelUnit) multiply(at);
    }
}

// Adds the sums of a row over one group to the result, or begins it with those of the first.
template <int kRow, bool kBegins, int kRows>
KERNEL_INLINE void add_scaled(Vector& result, IntLanes sum, const ColumnFactors& columns,
                              const RowFactors<kRows>& row_scales, const RowFactors<kRows>& row_zeros) {
    const Vector scaled = float_sums(sum) * columns.scales;
    Vector y;
    if constexpr (kBegins) y = row_scales.template times<kRow>(scaled);
    if constexpr (!kBegins) y = row_scales.template add_times<kRow>(result, scaled);
    result = row_zeros.template add_times<kRow>(y, columns.sums);
}

#if defined(__ARM_FEATURE_DOTPROD)
// sum + the dot products of four neighbours of `columns` and of lane kLane of `x`.
template <int kLane>
KERNEL_INLINE IntLanes add_dot(IntLanes sum, int8x16_t columns, int8x16_t x) {
    return vdotq_laneq_s32(sum, columns, x, kLane);
}

// results[kVectors][kRows] += (the first: =) the products of one tap and group.
//   in       of the first row and line; rows kInt8BlockBytes apart
//   weights  [channels / 4][kVectors * 4][4]
template <int kRows, int kVectors, bool kBegins>
KERNEL_INLINE void add_group(const Int8Tile& tile, const uint8_t* in, ptrdiff_t entry, const int8_t* weights, int units,
                             const float* scales, const int32_t* sums, Vector* results) {
    constexpr int kStep = kVectors * 16;  // bytes of four channels
    IntLanes sum[kRows][kVectors];
    unroll<kRows * kVectors>([&](auto i) KERNEL_LAMBDA {
        sum[decltype(i)::value / kVectors][decltype(i)::value % kVectors] = vdupq_n_s32(kSumStart);
    });
    for_each_block(tile, in, units, [&](const uint8_t* at) KERNEL_LAMBDA {
        int8x16_t x[kRows];
        unroll<kRows>([&](auto r) KERNEL_LAMBDA {
            x[decltype(r)::value] = load_bytes(at + decltype(r)::value * kInt8BlockBytes);
        });
        unroll<4>([&](auto lane) KERNEL_LAMBDA {
            asm volatile("");  // as in multiply_four: no weights are loaded before their turn
            unroll<kVectors>([&](auto v) KERNEL_LAMBDA {
                constexpr int kLane = decltype(lane)::value, kVector = decltype(v)::value;
                const int8x16_t columns = load_bytes(weights + kLane * kStep + kVector * 16);
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
        constexpr int kFirst = decltype(v)::value * kWidth;
        const ColumnFactors columns(scales + kFirst, sums + kFirst);
        unroll<kRows>([&](auto r) KERNEL_LAMBDA {
            constexpr int kVector = decltype(v)::value, kRow = decltype(r)::value;
            add_scaled<kRow, kBegins>(results[kVector * kRows + kRow], sum[kRow][kVector], columns, row_scales,
                                      row_zeros);
        });
    });
}
#else
// results[kRows] of one vector += (the first: =) the products of one tap and group.
//   weights  [channels / 16][columns of the panel][16], from this vector's on
template <int kRows, bool kBegins>
KERNEL_INLINE void add_group_of_vector(const Int8Tile& tile, const uint8_t* in, ptrdiff_t entry, const int8_t* weights,
                                       int stride, int units, const float* scales, const int32_t* sums,
                                       Vector* results) {
    IntLanes sum[kRows][kWidth];
    for (int r = 0; r < kRows; ++r) {
        for (int c = 0; c < kWidth; ++c) sum[r][c] = vdupq_n_s32(kSumStart);
    }
    for_each_block(tile, in, units, [&](const uint8_t* at) KERNEL_LAMBDA {
        int8x16_t x[kRows];
        unroll<kRows>([&](auto r) KERNEL_LAMBDA {
            x[decltype(r)::value] = load_bytes(at + decltype(r)::value * kInt8BlockBytes);
        });
        unroll<kWidth>([&](auto c) KERNEL_LAMBDA {
            constexpr int kColumn = decltype(c)::value;
            const int8x16_t column = load_bytes(weights + kColumn * kChannelUnit);
            unroll<kRows>([&](auto r) KERNEL_LAMBDA {
                constexpr int kRow = decltype(r)::value;
                // At most 2 * 128 * 127.
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
        add_scaled<kRow, kBegins>(results[kRow], columns, factors, row_scales, row_zeros);
    });
}
template <int kRows, int kVectors, bool kBegins>
KERNEL_INLINE void add_group(const Int8Tile& tile, const uint8_t* in, ptrdiff_t entry, const int8_t* weights, int units,
                             const float* scales, const int32_t* sums, Vector* results) {
    constexpr int kColumns = kVectors * kWidth;
    unroll<kVectors>([&](auto v) KERNEL_LAMBDA {
        constexpr int kFirst = decltype(v)::value * kWidth;
        add_group_of_vector<kRows, kBegins>(tile, in, entry, weights + kFirst * kChannelUnit, kColumns * kChannelUnit,
                                            units, scales + kFirst, sums + kFirst,
                                            results + decltype(v)::value * kRows);
    });
}
#endif

// results[kVectors][kRows]
template <int kRows, int kVectors>
void multiply_int8_tile(const Int8Tile& tile, Vector* results) {
    const int8_t* weights = tile.weights;
    const float* scales = tile.scales;
    const int32_t* sums = tile.sums;
    bool first = true;
    const size_t lines = blocks_of_group(tile.group) * tile.entries;
    for (int tap = 0; tap < tile.taps; ++tap) {
        ptrdiff_t entry = tile.taps == 1 ? 0 : (tap / 3 - 1) * tile.stride + tap % 3 - 1;
        const uint8_t* in = tile.in + entry * static_cast<ptrdiff_t>(kInt8BlockBytes);
        for (int channel = 0; channel < tile.channels; channel += tile.group) {
            const int units = (min_of(tile.group, tile.channels - channel) + kChannelUnit - 1) / kChannelUnit;
            if (first) {
                add_group<kRows, kVectors, true>(tile, in, entry, weights, units, scales, sums, results);
            } else {
                add_group<kRows, kVectors, false>(tile, in, entry, weights, units, scales, sums, results);
            }
            first = false;
            asm volatile("" : : : "memory");  // the results stay in memory: registers are for the sums
            in += lines * kInt8BlockBytes;
            weights += units * kChannelUnit * kVectors * kWidth;
            scales += kVectors * kWidth;
            sums += kVectors * kWidth;
            entry += static_cast<ptrdiff_t>(tile.entries);
        }
    }
}

}  // namespace

}  // namespace katago::cpu

#endif
