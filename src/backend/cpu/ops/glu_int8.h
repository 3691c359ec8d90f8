// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "backend/cpu/ops/epilogue.h"
#include "backend/cpu/ops/epilogue_f32.h"
#include "backend/cpu/ops/gemm_int8.h"
#include "backend/cpu/ops/int8.h"
#include "backend/cpu/ops/int8_rotation.h"
#include "backend/cpu/ops/int8_rows.h"
#include "backend/cpu/ops/int8_tile.h"
#include "backend/cpu/ops/layout.h"
#include "backend/cpu/ops/linear.h"
#include "backend/cpu/ops/pointwise.h"
#include "backend/cpu/ops/pointwise_f32.h"
#include "backend/cpu/simd/activation.h"
#include "backend/cpu/simd/vector.h"
#include "nn/layers.h"

#if defined(__AVX2__) || defined(__aarch64__)

namespace katago::cpu {

namespace {

// glu_int8: the first two layers of a GLU (SwiGLU where the activation is SiLU) with INT8 weights, in one pass: a tile
// of rows is multiplied by a panel of each, and activation times gate is quantized for the layer that follows without
// being stored as floats. The RMS norm that may come before is part of it too.

// glu_results() for one activation.
template <ActivationKind kKind>
KERNEL_INLINE void glu_results_of(const EpilogueCall& out, size_t block, int count, Vector* linear,
                                  const Vector* gate) {
    const Vector scale = load(out.scale + block * kWidth);
    const float* const shift = out.shift + block * kWidth;
    const Activation<kKind, true> activation;
    const auto glu_few = [&](auto few, int first) KERNEL_LAMBDA {
        constexpr int kCount = decltype(few)::value;
        Vector y[kCount];
        unroll<kCount>([&](auto i) KERNEL_LAMBDA {
            y[decltype(i)::value] = linear[first + decltype(i)::value] * scale + start_from(shift);
        });
        activation.apply(y);
        unroll<kCount>([&](auto i) KERNEL_LAMBDA {
            linear[first + decltype(i)::value] = y[decltype(i)::value] * gate[first + decltype(i)::value];
        });
    };
    int i = 0;
    for (; i + kRunResults <= count; i += kRunResults) glu_few(Constant<kRunResults>{}, i);
    for (; i < count; ++i) glu_few(Constant<1>{}, i);
}
// linear[count] = activation(linear) * gate of one block, approximate: it is quantized to INT8 next.
[[gnu::noinline]] void glu_results(const EpilogueCall& out, size_t block, int count, Vector* linear,
                                   const Vector* gate) {
    switch (out.kind) {
        case ActivationKind::Identity:
            return glu_results_of<ActivationKind::Identity>(out, block, count, linear, gate);
        case ActivationKind::Relu:
            return glu_results_of<ActivationKind::Relu>(out, block, count, linear, gate);
        case ActivationKind::Mish:
            return glu_results_of<ActivationKind::Mish>(out, block, count, linear, gate);
        case ActivationKind::Silu:
            return glu_results_of<ActivationKind::Silu>(out, block, count, linear, gate);
    }
}

// The RMS norm of the input, kWidth rows at a time, quantized.
void quantize_normed_rows(const GluCall& call, const Int8Rows& rows) {
    const LinearCall& linear = call.linear;
    const int blocks = static_cast<int>(blocks_of(linear.depth)), group = linear.weights.group / kWidth;
    const int group_blocks = blocks_of_group(linear.weights.group);
    constexpr size_t kBlockFloats = static_cast<size_t>(kWidth) * kWidth;
    for (int row = 0; row < rows.run_rows; row += kWidth) {
        const int count = min_of(kWidth, rows.run_rows - row);
        for (int r = 0; r < count; ++r) {
            const float* in = linear.in + (row + r) * kWidth;
            const float squares = sum_of_squares(in, rows.entries * kWidth, static_cast<size_t>(blocks));
            const float factor = norm_factor(squares / linear.depth, call.epsilon);
            float* out = linear.scratch + r * kWidth;
            for (int block = 0; block < blocks; ++block, in += rows.entries * kWidth, out += kBlockFloats)
                store(out, load(in) * factor * load(call.gamma + block * kWidth));
        }
        size_t entry = row, scale = row;
        for (int first = 0; first < blocks;
             first += group, entry += group_blocks * rows.entries, scale += rows.entries) {
            quantize_group({linear.scratch + first * kBlockFloats, kBlockFloats, min_of(group, blocks - first), count},
                           linear.weights.rotated, static_cast<uint8_t*>(linear.input) + entry * kInt8BlockBytes,
                           rows.entries * kInt8BlockBytes, linear.input_scales + scale,
                           zeros_of(linear, rows.entries) + scale);
        }
    }
}

// The loops: a tile of rows at a time is multiplied by the weights of one group of outputs, which stay in the
// first-level cache.
void glu_int8(const GluCall& call) {
    const Int8Rows rows(call.linear);
    if (call.gamma != nullptr) {
        quantize_normed_rows(call, rows);
    } else if (!call.linear.input_ready) {
        quantize_int8_rows(call.linear, rows);
    }
    const int all_vectors = call.linear.vectors, tiles = (rows.run_rows + kMaxIntegerRows - 1) / kMaxIntegerRows;
    uint8_t* quantized = static_cast<uint8_t*>(call.out);
    float* scales = call.out_scales;
    RowZero* zeros =
        reinterpret_cast<RowZero*>(scales + groups_of(all_vectors * kWidth, call.out_group) * rows.entries);
    for (int first = 0; first < all_vectors; first += call.out_group / kWidth) {
        const int vectors = min_of(call.out_group / kWidth, all_vectors - first);
        Int8Tile tile = tile_of(call.linear, rows);
        for (int t = 0; t < tiles; ++t) {
            const int count = rows.run_rows / tiles + (t < rows.run_rows % tiles ? 1 : 0);
            Vector results[kInt8Block / kWidth * kMaxIntegerRows], gate[kPanelVectors * kMaxIntegerRows];
            for (int vector = 0; vector < vectors; vector += kPanelVectors) {
                const int in_panel = min_of(kPanelVectors, vectors - vector);
                const Int8MicroKernel gemm_tile = kInt8Tiles.of[in_panel - 1][count - 1];
                Vector* const linear = results + vector * count;
                take_panel(tile, call.linear.weights, first + vector);
                gemm_tile(tile, linear);
                take_panel(tile, call.gate, first + vector);
                gemm_tile(tile, gate);
                for (int v = 0; v < in_panel; ++v)
                    glu_results(call.linear.out, first + vector + v, count, linear + v * count, gate + v * count);
            }
            const float* values = reinterpret_cast<const float*>(results);
            for (int row = 0; row < count; row += kWidth) {
                const GroupRows part{values + row * kWidth, static_cast<size_t>(count) * kWidth, vectors,
                                     min_of(kWidth, count - row)};
                quantize_group(part, call.out_rotated, quantized + row * kInt8BlockBytes, 0, scales + row, zeros + row);
            }
            quantized += count * kInt8BlockBytes, scales += count, zeros += count;
            tile.in += count * kInt8BlockBytes, tile.row_scales += count, tile.row_zeros += count;
        }
    }
}

size_t glu_int8_scratch(const GluCall& call) {
    return call.gamma == nullptr ? 0 : blocks_of(call.linear.depth) * kWidth * kWidth;
}

constexpr GluKernel kGluInt8 = {.name = "glu_int8", .scratch_floats = glu_int8_scratch, .run = glu_int8};

}  // namespace

}  // namespace katago::cpu

#endif
