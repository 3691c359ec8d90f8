// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "backend/cpu/ops/gemm_s16.h"
#include "backend/cpu/ops/layout.h"
#include "backend/cpu/ops/linear.h"
#include "backend/cpu/ops/pack/pack.h"
#include "backend/cpu/ops/s16.h"
#include "backend/cpu/ops/winograd.h"
#include "backend/cpu/ops/winograd_tiles.h"
#include "backend/cpu/simd/vector.h"
#include "backend/cpu/simd/vector_s16.h"

#if defined(__SSE4_1__)

namespace katago::cpu {

namespace {

// winograd_s16: Winograd convolutions whose gemms are of 16-bit integers, for x86 with SSE4.1 or more. Tiles are
// transformed as floats, all channels of one tile at a time (they fit in the first-level cache), then each position of
// the tile is quantized with a scale of its own. The gemms are those of gemm_s16; their results are floats again.

// The rows of a gemm that are enough: integers take half the time of floats, so that what leaves the cache costs more
// than sharing weights gains.
constexpr int kEnoughS16Rows = 50;

// The floats from one position of the transformed tile to the next: an odd number of blocks, or all would share few
// cache sets.
constexpr size_t tile_stride(int in_channels) {
    return (2 * static_cast<size_t>(s16_blocks_of(in_channels, kWidth)) + 1) * kWidth;
}

// The positions of a tile, in whole vectors.
constexpr int kPaddedPositions = (kWinogradPositions + kWidth - 1) / kWidth * kWidth;

// The factors and scales of one tile's positions, from the largest magnitude of each.
KERNEL_INLINE void measure_tile(const float* tile, int in_channels, float limit, float* factors, float* scales) {
    const size_t stride = tile_stride(in_channels), blocks = blocks_of(in_channels);
    Vector largest[kPaddedPositions] = {};
    for (int position = 0; position < kWinogradPositions; ++position) {
        const float* row = tile + position * stride;
        Vector most = magnitude(load(row));
        for (size_t block = 1; block < blocks; ++block) most = larger(most, magnitude(load(row + block * kWidth)));
        largest[position] = most;
    }
    for (int p = 0; p < kPaddedPositions; p += kWidth) {
        scales_of(largest_lanes(largest + p), limit, factors + p, scales + p);
    }
}

// Transforms and quantizes the inputs to [position][channel block][rows][kS16Block], with scales [position][rows] and
// rows = samples * tiles.
void quantize_tiles(const LinearCall& call, const TileGrid& grid, size_t first_sample, size_t samples, float* tile) {
    const size_t blocks = blocks_of(call.depth), stride = tile_stride(call.depth);
    const size_t s16_blocks = s16_blocks_of(call.depth, kWidth), rows = samples * grid.per_board;
    const size_t points = static_cast<size_t>(grid.height) * grid.width;
    if (blocks % 2 != 0) {
        for (int p = 0; p < kWinogradPositions; ++p) store(tile + p * stride + blocks * kWidth, Vector{});
    }
    size_t row = 0;
    grid.for_each_tile(first_sample, samples, [&](size_t sample, int y, int x) KERNEL_LAMBDA {
        for (size_t block = 0; block < blocks; ++block) {
            float* out = tile + block * kWidth;
            transform_input_tile(call.in + (block * call.out.batch + sample) * points * kWidth, grid, y, x,
                                 [&](int position, Vector v) KERNEL_LAMBDA { store(out + position * stride, v); });
        }
        alignas(sizeof(Vector)) float factors[kPaddedPositions], scales[kPaddedPositions];
        measure_tile(tile, call.depth, call.weights.input_limit, factors, scales);
        for (int p = 0; p < kWinogradPositions; ++p) {
            const float* from = tile + p * stride;
            int16_t* to = static_cast<int16_t*>(call.input) + (p * s16_blocks * rows + row) * kS16Block;
            call.input_scales[p * rows + row] = scales[p];
            for (size_t s16_block = 0; s16_block < s16_blocks; ++s16_block, from += kS16Block, to += rows * kS16Block) {
                store_s16_block(to, load(from) * factors[p], load(from + kWidth) * factors[p]);
            }
        }
        ++row;
    });
}

// The gemm of one panel at one position; its results are [vector][rows][width].
//   weights, scales   the panel's, of this position
void gemm_s16_position(const LinearCall& call, const TileGrid& grid, size_t samples, int position, int vectors,
                       const int16_t* weights, const float* scales, float* gemm_results) {
    const int s16_blocks = s16_blocks_of(call.depth, kWidth);
    const size_t rows = samples * grid.per_board, in_stride = rows * kS16Block;  // from channel block to channel block
    const int16_t* in = static_cast<int16_t*>(call.input) + position * s16_blocks * in_stride;
    const RowRange range = grid.rows_of(position, samples);
    const int tiles = even_parts<kMaxIntegerRows>(range.count);
    int row = range.first;
    for (int tile = 0; tile < tiles; ++tile) {
        const int count = even_part_size(range.count, tiles, tile);
        kS16Tiles.of[vectors - 1][count - 1](in + row * kS16Block, in_stride, weights, s16_blocks,
                                             call.input_scales + position * rows + row, scales,
                                             {gemm_results + row * kWidth, in_stride / 2});
        row += count;
    }
}

// The gemms of one panel at all positions; their results are [position][vector][rows][width].
void gemm_s16_positions(const LinearCall& call, const TileGrid& grid, size_t samples, int vector, int vectors,
                        float* gemm_results) {
    const size_t depth = static_cast<size_t>(s16_blocks_of(call.depth, kWidth)) * kS16Block;
    const size_t columns = static_cast<size_t>(vectors) * kWidth, first = static_cast<size_t>(vector) * kWidth;
    const size_t result_stride = columns * samples * grid.per_board;
    const int16_t* weights = static_cast<const int16_t*>(call.weights.values) + first * depth * kWinogradPositions;
    const float* scales = call.weights.scales + first * kWinogradPositions;
    for (int position = 0; position < kWinogradPositions; ++position) {
        gemm_s16_position(call, grid, samples, position, vectors, weights + position * depth * columns,
                          scales + position * columns, gemm_results + position * result_stride);
    }
}

// A convolution by gemms of panels: gemm_panel(grid, samples, first vector, vectors, results).
template <class GemmPanel>
KERNEL_INLINE void winograd_s16_by_panels(const LinearCall& call, float* tile, const GemmPanel& gemm_panel) {
    const TileGrid grid(call.height, call.width, call.out.batch, kEnoughS16Rows);
    for (size_t first = 0; first < call.out.batch; first += grid.samples) {
        const size_t samples = first + grid.samples <= call.out.batch ? grid.samples : call.out.batch - first;
        const size_t rows = samples * grid.per_board;
        if (!call.input_ready || grid.samples < call.out.batch) quantize_tiles(call, grid, first, samples, tile);
        for (int vector = 0; vector < call.vectors; vector += kPanelVectors) {
            const int vectors = min_of(kPanelVectors, call.vectors - vector);
            gemm_panel(grid, samples, vector, vectors, call.scratch);
            transform_outputs(call.out, grid, call.scratch, vectors * rows * kWidth, vector, vectors, first, samples);
        }
    }
}

// The floats of the results of all gemms of one panel, which scratch memory begins with.
size_t s16_results_floats(const LinearCall& call) {
    const size_t rows = TileGrid(call.height, call.width, call.out.batch, kEnoughS16Rows).rows();
    return kWinogradPositions * kPanelVectors * kWidth * rows;
}

void winograd_s16(const LinearCall& call) {
    winograd_s16_by_panels(call, call.scratch + s16_results_floats(call),
                           [&](const TileGrid& grid, size_t samples, int vector, int vectors, float* results)
                               KERNEL_LAMBDA { gemm_s16_positions(call, grid, samples, vector, vectors, results); });
}

InputRoom winograd_s16_room(const LinearCall& call) {
    const size_t rows = position_rows(call);
    return {rows * s16_blocks_of(call.depth, kWidth) * kS16Block * sizeof(int16_t), rows};
}

size_t winograd_s16_scratch(const LinearCall& call) {
    return s16_results_floats(call) + kWinogradPositions * tile_stride(call.depth);
}

constexpr LinearKernel kWinogradS16 = {
    .name = "winograd_s16",
    .layer = LinearLayer::Conv3x3,
    .arithmetic = Arithmetic::Int16,
    .input = InputForm::Int16Tiles,
    .accepts = accepts_all,
    .weight_bytes = {8, 1},  // transformed: 36 positions of 9 taps
    .packed_size = winograd_s16_size,
    .pack = pack_winograd_s16,
    .input_room = winograd_s16_room,
    .scratch_floats = winograd_s16_scratch,
    .run = winograd_s16,
};

}  // namespace

}  // namespace katago::cpu

#endif
