// SPDX-License-Identifier: MIT
#pragma once

#include "backend/cpu/ops/int8.h"
#include "backend/cpu/ops/int8_tile_neon.h"
#include "backend/cpu/ops/int8_tile_x86.h"
#include "backend/cpu/ops/layout.h"
#include "backend/cpu/ops/linear.h"
#include "backend/cpu/simd/vector.h"

#if defined(__AVX2__) || defined(__aarch64__)

namespace katago::cpu {

namespace {

// Quantization of the inputs of layers with 8-bit weights.

// How the rows of a call lie in its quantized input: one after the other, or for a 3x3 convolution with a border of
// zeros around each board, so that the neighbours of a line's points are lines too.
struct Int8Rows {
    explicit Int8Rows(const LinearCall& call)
        : conv(call.taps > 1),
          line(conv ? call.width : static_cast<int>(call.out.batch * call.out.points)),
          lines(conv ? static_cast<int>(call.out.batch) * call.height : 1),
          lines_of_board(conv ? call.height : 1),
          stride(conv ? call.width + 2 : line),
          entries(conv ? call.out.batch * (call.height + 2) * stride : line) {}
    bool conv;
    int line, lines, lines_of_board, stride;
    size_t entries;
    // Of the first row of a line.
    size_t entry(int index) const {
        if (!conv) return 0;
        return static_cast<size_t>(index / lines_of_board * (lines_of_board + 2) + index % lines_of_board + 1) *
                   stride +
               1;
    }
};

// The zero points of a call's input, which follow its scales.
KERNEL_INLINE RowZero* zeros_of(const LinearCall& call, size_t entries) {
    return reinterpret_cast<RowZero*>(call.input_scales + groups_of(call.depth, call.weights.group) * entries);
}

// Mixes the lanes of a vector that turning mixes.
#if defined(__AVX2__)
// Lanes so many apart: `exchanged` has them in each other's place.
template <int kApart, int... kLane>
KERNEL_INLINE Vector sums_and_differences(Vector x, Vector exchanged, std::integer_sequence<int, kLane...>) {
    const Vector signs{(kLane & kApart ? -1.0f : 1.0f)...};
    return exchanged + x * signs;
}
KERNEL_INLINE Vector rotate_lanes(Vector x) {
    constexpr auto kLanes = std::make_integer_sequence<int, kWidth>{};
#if defined(__AVX512F__)
    __m512 v = reinterpret_cast<__m512>(x);
    x = sums_and_differences<4>(x, reinterpret_cast<Vector>(_mm512_shuffle_f32x4(v, v, 0xb1)), kLanes);
    v = reinterpret_cast<__m512>(x);
    return sums_and_differences<8>(x, reinterpret_cast<Vector>(_mm512_shuffle_f32x4(v, v, 0x4e)), kLanes);
#else
    const __m256 v = reinterpret_cast<__m256>(x);
    return sums_and_differences<4>(x, reinterpret_cast<Vector>(_mm256_permute2f128_ps(v, v, 1)), kLanes);
#endif
}
#else
KERNEL_INLINE Vector rotate_lanes(Vector x) {
    return x;
}
#endif
// And the vectors of a unit.
template <int kVectors>
KERNEL_INLINE void rotate_vectors(Vector (&x)[kVectors]) {
    constexpr int kStages = kVectors == 16 ? 4 : kVectors == 8 ? 3 : kVectors == 4 ? 2 : kVectors == 2 ? 1 : 0;
    unroll<kStages>([&](auto stage) KERNEL_LAMBDA {
        unroll<kVectors>([&](auto v) KERNEL_LAMBDA {
            constexpr int kVector = decltype(v)::value, kApart = 1 << decltype(stage)::value;
            if constexpr ((kVector & kApart) == 0) {
                const Vector a = x[kVector], b = x[kVector + kApart];
                x[kVector] = a + b, x[kVector + kApart] = a - b;
            }
        });
    });
}

// The scales of kWidth rows from their extremes: x = scale * (integer - zero).
struct RowScales {
    alignas(sizeof(Vector)) float factors[kWidth], scales[kWidth], zeros[kWidth];
    KERNEL_INLINE void set(Vector highest, Vector lowest) {
        constexpr float kLeast = 1e-30f;  // a row of zeros stays zero
#if KERNEL_BYTE_PRODUCTS
        const Vector high = larger(highest, Vector{}), low = larger(-lowest, Vector{}), range = high + low;
        const Vector factor = 255.0f / larger(range, all(kLeast));
        const Vector shifted = low * factor + kRoundToLowBits;
        store(zeros, shifted - kRoundToLowBits + kByteOffset);
        store(scales, range * (1.0f / 255.0f));
#else
        const Vector range = larger(highest, -lowest), factor = 32767.0f / larger(range, all(kLeast));
        store(zeros, Vector{});
        store(scales, range * (1.0f / 32767.0f));
#endif
        store(factors, factor);
    }
};

// Rows of one group of channels before they are quantized.
struct GroupRows {
    const float* in = nullptr;  // [vectors][rows][width]
    size_t block_stride = 0;    // floats
    int vectors = 0;
    int count = 0;  // <= kWidth
};

// The largest and the smallest value of each lane, and zero.
struct Extremes {
    Vector high{}, low{};
    template <int kCount>
    KERNEL_INLINE void take(const Vector (&x)[kCount]) {
        Vector largest = x[0], smallest = x[0];
        unroll<kCount - 1>([&](auto i) KERNEL_LAMBDA {
            largest = larger(largest, x[decltype(i)::value + 1]),
            smallest = smaller(smallest, x[decltype(i)::value + 1]);
        });
        high = larger(high, largest), low = smaller(low, smallest);
    }
};

// Turns one unit of a row's channels.
//   out        vectors kWidth * kWidth floats apart
//   extremes   null: what is made will be mirrored
template <int kBlock>
KERNEL_INLINE void rotate_block(const float* in, size_t block_stride, float* out, Extremes* extremes) {
    constexpr int kVectors = kBlock / kWidth;
    Vector x[kVectors];
    unroll<kVectors>([&](auto v) KERNEL_LAMBDA {
        x[decltype(v)::value] = rotate_lanes(load(in + decltype(v)::value * block_stride));
    });
    rotate_vectors(x);
    unroll<kVectors>([&](auto v)
                         KERNEL_LAMBDA { store(out + decltype(v)::value * kWidth * kWidth, x[decltype(v)::value]); });
    if (extremes != nullptr) extremes->take(x);
}

// Mirrors three turned units of a row, in place.
KERNEL_INLINE void reflect_blocks(float* row, int unit, Extremes& extremes) {
    for (int at = 0; at < unit; at += kWidth, row += kWidth * kWidth) {
        Vector x[3];
        unroll<3>([&](auto i)
                      KERNEL_LAMBDA { x[decltype(i)::value] = load(row + decltype(i)::value * unit * kWidth); });
        const Vector part = (x[0] + x[1] + x[2]) * (2.0f / 3);
        unroll<3>([&](auto i) KERNEL_LAMBDA {
            x[decltype(i)::value] -= part;
            store(row + decltype(i)::value * unit * kWidth, x[decltype(i)::value]);
        });
        extremes.take(x);
    }
}

// A row of a group, turned, as [vectors] that are kWidth * kWidth floats apart.
KERNEL_INLINE Extremes rotate_channels(const GroupRows& rows, int row, int rotated, float* out) {
    const bool reflects = rotated % 3 == 0;
    const int unit = reflects ? rotated / 3 : rotated, channels = rows.vectors * kWidth;
    const float* in = rows.in + row * kWidth;
    Extremes extremes;
    Extremes* const measured = reflects ? nullptr : &extremes;
    for (int at = 0; at < channels; at += unit, in += unit / kWidth * rows.block_stride) {
        float* to = out + at * kWidth;
        if (unit == 64) rotate_block<64>(in, rows.block_stride, to, measured);
        if (unit == 32) rotate_block<32>(in, rows.block_stride, to, measured);
        if (unit == 16) rotate_block<16>(in, rows.block_stride, to, measured);
    }
    if (reflects) {
        for (int at = 0; at < channels; at += rotated) reflect_blocks(out + at * kWidth, unit, extremes);
    }
    return extremes;
}

// Quantizes rows of one group into lines that are line_stride bytes apart.
[[gnu::noinline]] void quantize_group(const GroupRows& given, int rotated, uint8_t* out, size_t line_stride,
                                      float* scales, RowZero* zeros) {
    GroupRows group = given;
    const int count = group.count;
    alignas(sizeof(Vector)) float rotated_rows[kInt8RotatedGroup * kWidth];
    Vector high[kWidth] = {}, negative_low[kWidth] = {};
    if (rotated != 0) {
        for (int r = 0; r < count; ++r) {
            const Extremes extremes = rotate_channels(given, r, rotated, rotated_rows + r * kWidth);
            high[r] = extremes.high, negative_low[r] = -extremes.low;
        }
        group.in = rotated_rows, group.block_stride = static_cast<size_t>(kWidth) * kWidth;
    } else {
        for (int v = 0; v < group.vectors; ++v) {
            const float* from = group.in + v * group.block_stride;
            for (int r = 0; r < count; ++r) {
                const Vector x = load(from + r * kWidth);
                high[r] = larger(high[r], x), negative_low[r] = larger(negative_low[r], -x);
            }
        }
    }
    RowScales rows;
    rows.set(largest_lanes(high), -largest_lanes(negative_low));
    constexpr int kTogether = 16 / kWidth, kVectorsOfBlock = kInt8Block / kWidth;  // of 16 channels, of a line
    // 16 channels of one row, of which `real` vectors exist.
    const auto quantize_16 = [&](const float* in, int r, int real, uint8_t* to) KERNEL_LAMBDA {
        Vector x[kTogether];
        unroll<kTogether>([&](auto i) KERNEL_LAMBDA {
            constexpr int kIndex = decltype(i)::value;
            const Vector value = kIndex < real ? load(in + kIndex * group.block_stride) : Vector{};
#if KERNEL_BYTE_PRODUCTS
            x[kIndex] = value * rows.factors[r] + (rows.zeros[r] + kByteShift);
#else
            x[kIndex] = value * rows.factors[r];
#endif
        });
        store_bytes(to, x);
    };
    for (int r = 0; r < count; ++r) {
        scales[r] = rows.scales[r];
        zeros[r] = stored_zero(rows.zeros[r], rows.scales[r]);
        const float* in = group.in + r * kWidth;
        uint8_t* line = out + r * kInt8BlockBytes;
        for (int left = group.vectors; left > 0; left -= kVectorsOfBlock, line += line_stride) {
            uint8_t* to = line;
            int of_line = min_of(left, kVectorsOfBlock);
            for (; of_line >= kTogether; of_line -= kTogether) {
                quantize_16(in, r, kTogether, to);
                in += kTogether * group.block_stride, to += kInt8BlockBytes / (kInt8Block / 16);
            }
            if (of_line > 0) quantize_16(in, r, of_line, to);
        }
    }
}

void quantize_int8_rows(const LinearCall& call, const Int8Rows& rows) {
    const int groups = groups_of(call.depth, call.weights.group), group_vectors = call.weights.group / kWidth;
    const int blocks = static_cast<int>(blocks_of(call.depth)), lines = blocks_of_group(call.weights.group);
    GroupRows part;
    part.block_stride = call.out.batch * call.out.points * kWidth;
    if (rows.conv) {  // the borders
        __builtin_memset(call.input_scales, 0, 2 * groups * rows.entries * sizeof(float));
    }
    for (int group = 0; group < groups; ++group) {
        const int first = group * group_vectors;
        part.vectors = min_of(group_vectors, blocks - first);
        for (int line = 0; line < rows.lines; ++line) {
            for (int row = 0; row < rows.line; row += kWidth) {
                part.in = call.in + first * part.block_stride + (static_cast<size_t>(line) * rows.line + row) * kWidth;
                part.count = min_of(kWidth, rows.line - row);
                const size_t entry = rows.entry(line) + row, scale = group * rows.entries + entry;
                quantize_group(
                    part, call.weights.rotated,
                    static_cast<uint8_t*>(call.input) + (group * lines * rows.entries + entry) * kInt8BlockBytes,
                    rows.entries * kInt8BlockBytes, call.input_scales + scale, zeros_of(call, rows.entries) + scale);
            }
        }
    }
}

}  // namespace

}  // namespace katago::cpu

#endif
