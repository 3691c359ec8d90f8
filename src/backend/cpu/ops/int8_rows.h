// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "backend/cpu/ops/int8.h"
#include "backend/cpu/ops/int8_rotation.h"
#include "backend/cpu/ops/int8_tile.h"
#include "backend/cpu/ops/int8_tile_neon.h"
#include "backend/cpu/ops/int8_tile_x86.h"
#include "backend/cpu/ops/linear.h"
#include "backend/cpu/simd/vector.h"

#if defined(__AVX2__) || defined(__aarch64__)

namespace katago::cpu {

namespace {

// The quantization of the inputs of layers with INT8 weights: each group of channels of each row gets a scale and a
// zero point (int8_tile.h), after its rotation (int8_rotation.h) where the weights are rotated. See int8.h for the
// layout.

// The rows of a call in its quantized input, as runs of neighbours: for a gemm one run of all rows; for a 3x3
// convolution a run is a board row, with a border of zeros around each board, so that every neighbour of a point has an
// entry too.
struct Int8Rows {
    explicit Int8Rows(const LinearCall& call)
        : conv(call.taps > 1),
          run_rows(conv ? call.width : static_cast<int>(call.out.batch * call.out.points)),
          runs(conv ? static_cast<int>(call.out.batch) * call.height : 1),
          runs_of_board(conv ? call.height : 1),
          stride(conv ? call.width + 2 : run_rows),
          entries(conv ? call.out.batch * (call.height + 2) * stride : run_rows) {}
    bool conv;
    int run_rows, runs, runs_of_board;
    int stride;  // entries from one board row to the next
    size_t entries;
    // The entry of the first row of a run.
    size_t entry(int run) const {
        if (!conv) return 0;
        return static_cast<size_t>(run / runs_of_board * (runs_of_board + 2) + run % runs_of_board + 1) * stride + 1;
    }
};

// The zero points of a call's input, which follow its scales.
KERNEL_INLINE RowZero* zeros_of(const LinearCall& call, size_t entries) {
    return reinterpret_cast<RowZero*>(call.input_scales + groups_of(call.depth, call.weights.group) * entries);
}

// The scales and zero points of kWidth rows, from their extremes: x = scale * (integer - zero).
struct RowScales {
    alignas(sizeof(Vector)) float factors[kWidth], scales[kWidth], zeros[kWidth];
    KERNEL_INLINE void set(Vector highest, Vector lowest) {
        constexpr float kLeast = 1e-30f;  // a row of zeros stays zero
#if KERNEL_INT8_DOT
        const Vector high = larger(highest, Vector{}), low = larger(-lowest, Vector{}), range = high + low;
        const Vector factor = 255.0f / larger(range, all(kLeast));
        const Vector shifted = low * factor + kRoundToLowBits;
        store(zeros, shifted - kRoundToLowBits + kInt8Offset);
        store(scales, range * (1.0f / 255.0f));
#else
        const Vector range = larger(highest, -lowest), factor = 32767.0f / larger(range, all(kLeast));
        store(zeros, Vector{});
        store(scales, range * (1.0f / 32767.0f));
#endif
        store(factors, factor);
    }
    // Row r's values as integers plus kInt8Shift, not rounded yet.
    KERNEL_INLINE Vector quantized(Vector x, int r) const {
#if KERNEL_INT8_DOT
        return x * factors[r] + (zeros[r] + kInt8Shift);
#else
        return x * factors[r];
#endif
    }
};

// Quantizes up to kWidth rows of one group; channel blocks of `out` are block_stride bytes apart.
//   rotated   channels that are rotated together first, or 0
[[gnu::noinline]] void quantize_group(const GroupRows& given, int rotated, uint8_t* out, size_t block_stride,
                                      float* scales, RowZero* zeros) {
    GroupRows group = given;
    const int count = group.count;
    alignas(sizeof(Vector)) float rotated_rows[kInt8RotatedGroup * kWidth];
    Vector maxima[kWidth] = {}, negated_minima[kWidth] = {};
    if (rotated != 0) {
        for (int r = 0; r < count; ++r) {
            const Extremes extremes = rotate_group_row(given, r, rotated, rotated_rows + r * kWidth);
            maxima[r] = extremes.maxima, negated_minima[r] = -extremes.minima;
        }
        group.in = rotated_rows, group.block_stride = static_cast<size_t>(kWidth) * kWidth;
    } else {
        for (int v = 0; v < group.vectors; ++v) {
            const float* from = group.in + v * group.block_stride;
            for (int r = 0; r < count; ++r) {
                const Vector x = load(from + r * kWidth);
                maxima[r] = larger(maxima[r], x), negated_minima[r] = larger(negated_minima[r], -x);
            }
        }
    }
    RowScales rows;
    rows.set(largest_lanes(maxima), -largest_lanes(negated_minima));
    constexpr int kTogether = 16 / kWidth, kVectorsOfBlock = kInt8Block / kWidth;  // vectors of 16 channels, of a block
    // Quantizes 16 channels of one row, of which `real` vectors exist.
    const auto quantize_16 = [&](const float* in, int r, int real, uint8_t* to) KERNEL_LAMBDA {
        Vector x[kTogether];
        unroll<kTogether>([&](auto i) KERNEL_LAMBDA {
            constexpr int kIndex = decltype(i)::value;
            x[kIndex] = rows.quantized(kIndex < real ? load(in + kIndex * group.block_stride) : Vector{}, r);
        });
        store_int8(to, x);
    };
    for (int r = 0; r < count; ++r) {
        scales[r] = rows.scales[r];
        zeros[r] = stored_zero(rows.zeros[r], rows.scales[r]);
        const float* in = group.in + r * kWidth;
        uint8_t* block = out + r * kInt8BlockBytes;
        for (int left = group.vectors; left > 0; left -= kVectorsOfBlock, block += block_stride) {
            uint8_t* to = block;
            int of_block = min_of(left, kVectorsOfBlock);
            for (; of_block >= kTogether; of_block -= kTogether) {
                quantize_16(in, r, kTogether, to);
                in += kTogether * group.block_stride, to += kInt8BlockBytes / (kInt8Block / 16);
            }
            if (of_block > 0) quantize_16(in, r, of_block, to);
        }
    }
}

// Quantizes the input of a call.
void quantize_int8_rows(const LinearCall& call, const Int8Rows& rows) {
    const int groups = groups_of(call.depth, call.weights.group), group_vectors = call.weights.group / kWidth;
    const int blocks = static_cast<int>(blocks_of(call.depth)), group_blocks = blocks_of_group(call.weights.group);
    GroupRows part;
    part.block_stride = call.out.batch * call.out.points * kWidth;
    if (rows.conv) {  // the borders
        __builtin_memset(call.input_scales, 0, 2 * groups * rows.entries * sizeof(float));
    }
    for (int group = 0; group < groups; ++group) {
        const int first = group * group_vectors;
        part.vectors = min_of(group_vectors, blocks - first);
        for (int run = 0; run < rows.runs; ++run) {
            for (int row = 0; row < rows.run_rows; row += kWidth) {
                part.in =
                    call.in + first * part.block_stride + (static_cast<size_t>(run) * rows.run_rows + row) * kWidth;
                part.count = min_of(kWidth, rows.run_rows - row);
                const size_t entry = rows.entry(run) + row, scale = group * rows.entries + entry;
                quantize_group(
                    part, call.weights.rotated,
                    static_cast<uint8_t*>(call.input) + (group * group_blocks * rows.entries + entry) * kInt8BlockBytes,
                    rows.entries * kInt8BlockBytes, call.input_scales + scale, zeros_of(call, rows.entries) + scale);
            }
        }
    }
}

}  // namespace

}  // namespace katago::cpu

#endif
