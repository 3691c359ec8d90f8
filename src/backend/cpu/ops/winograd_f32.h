// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "backend/cpu/ops/gemm_f32.h"
#include "backend/cpu/ops/layout.h"
#include "backend/cpu/ops/linear.h"
#include "backend/cpu/ops/pack/pack.h"
#include "backend/cpu/ops/winograd.h"
#include "backend/cpu/ops/winograd_tiles.h"
#include "backend/cpu/simd/vector.h"

namespace katago::cpu {

namespace {

// winograd_f32: Winograd convolutions in FP32, on every processor. Input tiles are transformed, then each panel of
// outputs is multiplied at all 36 positions, by the micro-kernels of gemm_f32, and transformed back with its epilogue,
// so that the gemms' results stay in the cache. Weights are transformed when they are packed or, where memory is to be
// spared, in every evaluation. See winograd_tiles.h.

// Transforms the inputs to [position][block][samples * tiles][width].
void transform_inputs(const LinearCall& call, const TileGrid& grid, size_t first_sample, size_t samples) {
    const size_t blocks = blocks_of(call.depth), rows = samples * grid.per_board;
    const size_t points = static_cast<size_t>(grid.height) * grid.width, position_stride = blocks * rows * kWidth;
    for (size_t block = 0; block < blocks; ++block) {
        float* out = static_cast<float*>(call.input) + block * rows * kWidth;
        grid.for_each_tile(first_sample, samples, [&](size_t sample, int y, int x) KERNEL_LAMBDA {
            transform_input_tile(call.in + (block * call.out.batch + sample) * points * kWidth, grid, y, x,
                                 [&](int position, Vector v)
                                     KERNEL_LAMBDA { store(out + position * position_stride, v); });
            out += kWidth;
        });
    }
}

// Weights that are transformed in every evaluation are so for two tile rows of positions at a time (0 and infinity, or
// A and -A, or B and -B), which share most of their work, and for kWeightDepth input channels: the result stays in the
// second-level cache.
constexpr int kWeightDepth = 96;
constexpr int kTileRowsAtOnce = 2, kTileRowPairs = kTileEdge / kTileRowsAtOnce;
constexpr int kPositionsAtOnce = kTileRowsAtOnce * kTileEdge;
constexpr int kTileRowPair[kTileRowPairs][kTileRowsAtOnce] = {{0, 5}, {1, 2}, {3, 4}};

// The floats from one position's transformed weights to the next: not a power of two, or all would share a cache set.
constexpr size_t weight_stride(size_t depth, size_t columns) {
    return depth * columns + 48;
}

// The two of the six results of transform_weight_1d() that belong to a pair of tile rows.
template <int kPair>
KERNEL_INLINE void transform_weight_pair(Vector g0, Vector g1, Vector g2, Vector* first, Vector* second) {
    Vector all_six[kTileEdge];
    transform_weight_1d(g0, g1, g2, all_six, 1);  // the compiler drops what is not used
    *first = all_six[kTileRowPair[kPair][0]];
    *second = all_six[kTileRowPair[kPair][1]];
}

// Transforms weights, [depth][9][columns], to the positions of one pair of tile rows, each [depth][columns].
template <int kPair>
void transform_weights(const float* weights, size_t depth, size_t columns, float* out) {
    const size_t stride = weight_stride(depth, columns);
    for (size_t channel = 0; channel < depth; ++channel) {
        for (size_t column = 0; column < columns; column += kWidth, out += kWidth) {
            const float* g = weights + channel * 9 * columns + column;
            Vector taps[9], first[3], second[3];
            unroll<9>([&](auto t) KERNEL_LAMBDA {
                taps[decltype(t)::value] = load(g);
                g = next_address(g, columns);
            });
            unroll<3>([&](auto j) KERNEL_LAMBDA {
                constexpr int kColumn = decltype(j)::value;
                transform_weight_pair<kPair>(taps[kColumn], taps[3 + kColumn], taps[6 + kColumn], first + kColumn,
                                             second + kColumn);
            });
            Vector positions[kPositionsAtOnce];
            transform_weight_1d(first[0], first[1], first[2], positions, 1);
            transform_weight_1d(second[0], second[1], second[2], positions + kTileEdge, 1);
            float* to = out;
            unroll<kPositionsAtOnce>([&](auto p) KERNEL_LAMBDA {
                store(to, positions[decltype(p)::value]);
                to = next_address(to, stride);
            });
        }
    }
}

// The sizes of the gemms of one panel.
struct PanelShape {
    PanelShape(const LinearCall& call, int panel_vectors, int rows)
        : vectors(panel_vectors),
          columns(static_cast<size_t>(vectors) * kWidth),
          block_stride(static_cast<size_t>(rows) * kWidth),
          in_stride(blocks_of(call.depth) * block_stride),
          out_stride(vectors * block_stride) {}
    int vectors;
    size_t columns;
    size_t block_stride, in_stride, out_stride;  // from block to block, and from position to position
};

// The gemms of one panel at all positions; their results are [position][vector][rows][width].
void gemm_positions(const LinearCall& call, const TileGrid& grid, size_t samples, const PanelShape& shape,
                    const float* weights, float* gemm_results) {
    for (int position = 0; position < kWinogradPositions; ++position) {
        const RowRange rows = grid.rows_of(position, samples);
        gemm_panel_f32(static_cast<float*>(call.input) + position * shape.in_stride + rows.first * kWidth,
                       shape.block_stride, weights + position * call.depth * shape.columns, call.depth, shape.vectors,
                       rows.count, gemm_results + position * shape.out_stride + rows.first * kWidth, shape.block_stride,
                       false);
    }
}

// The gemms of one panel at the positions of a pair of tile rows, whose weights are transformed here.
template <int kPair>
void gemm_tile_row_pair(const LinearCall& call, const TileGrid& grid, size_t samples, const PanelShape& shape,
                        const float* weights, float* gemm_results, float* transformed) {
    for (int first = 0; first < call.depth; first += kWeightDepth) {
        const int depth = min_of(kWeightDepth, call.depth - first);
        transform_weights<kPair>(weights + first * 9 * shape.columns, depth, shape.columns, transformed);
        for (int p = 0; p < kPositionsAtOnce; ++p) {
            const int position = kTileRowPair[kPair][p / kTileEdge] * kTileEdge + p % kTileEdge;
            const RowRange rows = grid.rows_of(position, samples);
            const float* in =
                static_cast<float*>(call.input) + position * shape.in_stride + first / kWidth * shape.block_stride;
            gemm_panel_f32(in + rows.first * kWidth, shape.block_stride,
                           transformed + p * weight_stride(depth, shape.columns), depth, shape.vectors, rows.count,
                           gemm_results + position * shape.out_stride + rows.first * kWidth, shape.block_stride,
                           first > 0);
        }
    }
}

void winograd_f32(const LinearCall& call) {
    const TileGrid grid(call.height, call.width, call.out.batch);
    const size_t weights_per_vector =
        static_cast<size_t>(call.weights.transform == WeightTransform::Full ? kWinogradPositions : 9) * call.depth *
        kWidth;
    float* gemm_results = call.scratch;
    float* transformed = gemm_results + static_cast<size_t>(kWinogradPositions) * kPanelVectors * grid.rows() * kWidth;
    for (size_t first = 0; first < call.out.batch; first += grid.samples) {
        const size_t samples = first + grid.samples <= call.out.batch ? grid.samples : call.out.batch - first;
        const int rows = static_cast<int>(samples) * grid.per_board;
        if (!call.input_ready || grid.samples < call.out.batch) transform_inputs(call, grid, first, samples);
        for (int vector = 0; vector < call.vectors; vector += kPanelVectors) {
            const int vectors = min_of(kPanelVectors, call.vectors - vector);
            const PanelShape shape(call, vectors, rows);
            const float* weights = static_cast<const float*>(call.weights.values) + vector * weights_per_vector;
            if (call.weights.transform == WeightTransform::Full) {
                gemm_positions(call, grid, samples, shape, weights, gemm_results);
            } else {
                unroll<kTileRowPairs>([&](auto pair) KERNEL_LAMBDA {
                    gemm_tile_row_pair<decltype(pair)::value>(call, grid, samples, shape, weights, gemm_results,
                                                              transformed);
                });
            }
            transform_outputs(call.out, grid, gemm_results, shape.out_stride, vector, vectors, first, samples);
        }
    }
}

InputRoom winograd_f32_room(const LinearCall& call) {
    return {position_rows(call) * blocks_of(call.depth) * kWidth * sizeof(float), 0};
}

size_t winograd_f32_scratch(const LinearCall& call) {
    const size_t rows = TileGrid(call.height, call.width, call.out.batch).rows();
    return kWinogradPositions * kPanelVectors * kWidth * rows +
           kPositionsAtOnce * weight_stride(kWeightDepth, kPanelVectors * kWidth);
}

constexpr LinearKernel kWinogradF32 = {
    .name = "winograd_f32",
    .layer = LinearLayer::Conv3x3,
    .arithmetic = Arithmetic::Fp32,
    .input = InputForm::Fp32Tiles,
    .accepts = accepts_all,
    .weight_bytes = {4, 1},  // as if they were not transformed
    .packed_size = winograd_f32_size,
    .pack = pack_winograd_f32,
    .input_room = winograd_f32_room,
    .scratch_floats = winograd_f32_scratch,
    .run = winograd_f32,
};

}  // namespace

}  // namespace katago::cpu
