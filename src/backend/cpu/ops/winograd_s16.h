// SPDX-License-Identifier: MIT
#pragma once

#include "backend/cpu/ops/gemm_s16.h"
#include "backend/cpu/ops/layout.h"
#include "backend/cpu/ops/linear.h"
#include "backend/cpu/ops/pack/pack.h"
#include "backend/cpu/ops/s16.h"
#include "backend/cpu/ops/winograd_tiles.h"
#include "backend/cpu/simd/vector_s16.h"

#if defined(__AVX2__)

namespace katago::cpu {

namespace {

// Winograd in 16-bit integers: tiles are transformed as floats, all channels of one tile at a time (they fit in the
// first-level cache), then each position of the tile is quantized with a scale of its own.

// Products of integers take half the time, so that what leaves the cache costs more than sharing weights gains.
constexpr int kEnoughS16Rows = 50;

// Floats from one position of the transformed tile to the next: an odd number of blocks, or all would share few cache
// sets.
constexpr size_t tile_stride(int in_channels) {
    return (2 * static_cast<size_t>(s16_blocks_of(in_channels, kWidth)) + 1) * kWidth;
}

// Positions in whole vectors.
constexpr int kPaddedPositions = (kWinogradPositions + kWidth - 1) / kWidth * kWidth;

// The largest values of one tile's positions, as factors and scales.
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

// tiles_in: [position][unit][rows][kS16Block], tile_scales: [position][rows], with rows = samples * tiles
void quantize_tiles(const LinearCall& call, const TileGrid& grid, size_t first_sample, size_t samples, float* tile) {
    const size_t blocks = blocks_of(call.depth), stride = tile_stride(call.depth);
    const size_t units = s16_blocks_of(call.depth, kWidth), rows = samples * grid.per_board;
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
            int16_t* to = static_cast<int16_t*>(call.input) + (p * units * rows + row) * kS16Block;
            call.input_scales[p * rows + row] = scales[p];
            for (size_t unit = 0; unit < units; ++unit, from += kS16Block, to += rows * kS16Block) {
                store_s16_block(to, load(from) * factors[p], load(from + kWidth) * factors[p]);
            }
        }
        ++row;
    });
}

// Products of one panel: [position][vector][rows][width].
void multiply_s16_panel(const LinearCall& call, const TileGrid& grid, size_t samples, int vector, int vectors,
                        float* products) {
    const size_t units = s16_blocks_of(call.depth, kWidth), columns = static_cast<size_t>(vectors) * kWidth;
    const size_t rows = samples * grid.per_board, in_stride = rows * kS16Block;  // from unit to unit
    const size_t panel_size = units * kS16Block * columns;                       // of one position
    const int16_t* weights = static_cast<const int16_t*>(call.weights.values) +
                             static_cast<size_t>(vector) * kWidth * units * kS16Block * kWinogradPositions;
    const float* scales = call.weights.scales + static_cast<size_t>(vector) * kWidth * kWinogradPositions;
    for (int position = 0; position < kWinogradPositions; ++position) {
        const int16_t* in = static_cast<int16_t*>(call.input) + position * units * in_stride;
        float* out = products + position * vectors * (in_stride / 2);
        const RowRange range = grid.rows_of(position, samples);
        const int tiles = (range.count + kMaxIntegerRows - 1) / kMaxIntegerRows;
        int row = range.first;
        for (int tile = 0; tile < tiles; ++tile) {
            const int count = range.count / tiles + (tile < range.count % tiles ? 1 : 0);
            kS16Tiles.of[vectors - 1][count - 1](in + row * kS16Block, in_stride, weights, static_cast<int>(units),
                                                 call.input_scales + position * rows + row, scales,
                                                 {out + row * kWidth, in_stride / 2});
            row += count;
        }
        weights += panel_size;
        scales += columns;
    }
}

void winograd_s16(const LinearCall& call) {
    const TileGrid grid(call.height, call.width, call.out.batch, kEnoughS16Rows);
    float* products = call.scratch;
    float* tile = products + static_cast<size_t>(kWinogradPositions) * kPanelVectors * grid.rows() * kWidth;
    for (size_t first = 0; first < call.out.batch; first += grid.samples) {
        const size_t samples = first + grid.samples <= call.out.batch ? grid.samples : call.out.batch - first;
        const int rows = static_cast<int>(samples) * grid.per_board;
        if (!call.input_ready || grid.samples < call.out.batch) quantize_tiles(call, grid, first, samples, tile);
        for (int vector = 0; vector < call.vectors; vector += kPanelVectors) {
            const int vectors = min_of(kPanelVectors, call.vectors - vector);
            multiply_s16_panel(call, grid, samples, vector, vectors, products);
            transform_outputs(call.out, grid, products, static_cast<size_t>(vectors) * rows * kWidth, vector, vectors,
                              first, samples);
        }
    }
}

InputRoom winograd_s16_room(const LinearCall& call) {
    const size_t rows = position_rows(call);
    return {rows * s16_blocks_of(call.depth, kWidth) * kS16Block * sizeof(int16_t), rows};
}

size_t winograd_s16_scratch(const LinearCall& call) {
    const size_t rows = TileGrid(call.height, call.width, call.out.batch, kEnoughS16Rows).rows();
    return kWinogradPositions * (kPanelVectors * kWidth * rows + tile_stride(call.depth));
}

constexpr LinearKernel kWinogradS16 = {
    .name = "winograd_s16",
    .layer = LinearLayer::Conv3x3,
    .arithmetic = Arithmetic::Int16,
    .input = InputForm::Int16Tiles,
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
