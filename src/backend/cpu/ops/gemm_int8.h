// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "backend/cpu/ops/epilogue_f32.h"
#include "backend/cpu/ops/gemm_f32.h"
#include "backend/cpu/ops/int8.h"
#include "backend/cpu/ops/int8_rows.h"
#include "backend/cpu/ops/int8_tile.h"
#include "backend/cpu/ops/int8_tile_neon.h"
#include "backend/cpu/ops/int8_tile_x86.h"
#include "backend/cpu/ops/layout.h"
#include "backend/cpu/ops/linear.h"
#include "backend/cpu/ops/pack/pack.h"
#include "backend/cpu/simd/tiles.h"
#include "backend/cpu/simd/vector.h"

#if defined(__AVX2__) || defined(__aarch64__)

namespace katago::cpu {

namespace {

// gemm_int8 and conv_int8: gemms and 3x3 convolutions with INT8 weights, for x86 with AVX2 or more and for Arm. The
// inputs are quantized as rows (int8_rows.h), for a convolution with a border of zeros around each board, so that it is
// a gemm for each of nine taps. Tiles of rows are multiplied by panels of one or two vectors of outputs
// (int8_tile_x86.h, int8_tile_neon.h).

using Int8MicroKernel = void (*)(const Int8Tile&, Vector*);
constexpr auto kInt8Tiles = make_tile_table<Int8MicroKernel, kPanelVectors, kMaxIntegerRows>(
    [](auto rows, auto vectors) { return gemm_tile_int8<decltype(rows)::value, decltype(vectors)::value>; });

// `count` rows of a run, from its row `first` on, times one panel, with the epilogue.
KERNEL_INLINE void gemm_int8_run(const LinearCall& call, const Int8Rows& rows, Int8Tile tile, int run, int first,
                                 int count, int vector, int vectors) {
    const int tiles = even_parts<kMaxIntegerRows>(count);
    const size_t entry = rows.entry(run) + first;
    tile.in += entry * kInt8BlockBytes, tile.row_scales += entry, tile.row_zeros += entry;
    size_t row = static_cast<size_t>(run) * rows.run_rows + first;
    for (int i = 0; i < tiles; ++i) {
        const int tile_rows = even_part_size(count, tiles, i);
        Vector results[kPanelVectors * kMaxIntegerRows];
        kInt8Tiles.of[vectors - 1][tile_rows - 1](tile, results);
        for (int v = 0; v < vectors; ++v) finish_rows(call.out, vector + v, row, tile_rows, results + v * tile_rows);
        tile.in += tile_rows * kInt8BlockBytes, tile.row_scales += tile_rows, tile.row_zeros += tile_rows;
        row += tile_rows;
    }
}

// The tile of the first rows, still without weights.
KERNEL_INLINE Int8Tile tile_of(const LinearCall& call, const Int8Rows& rows) {
    Int8Tile tile;
    tile.in = static_cast<const uint8_t*>(call.input), tile.row_scales = call.input_scales,
    tile.row_zeros = zeros_of(call, rows.entries);
    tile.entries = rows.entries, tile.taps = call.taps, tile.stride = rows.stride;
    tile.channels = call.depth, tile.group = call.weights.group;
    return tile;
}

// Gives a tile the weights of the panel that begins with this vector.
KERNEL_INLINE void take_panel(Int8Tile& tile, const WeightsView& weights, int vector) {
    const size_t steps = static_cast<size_t>((tile.channels + kChannelMultiple - 1) / kChannelMultiple) * tile.taps;
    const size_t column = static_cast<size_t>(vector) * kWidth;
    const size_t scales = column * groups_of(tile.channels, tile.group) * tile.taps;
    tile.weights = static_cast<const int8_t*>(weights.values) + column * steps * kChannelMultiple;
    tile.scales = weights.scales + scales, tile.sums = weights.sums + scales;
}

void gemm_int8(const LinearCall& call) {
    const Int8Rows rows(call);
    if (!call.input_ready) quantize_int8_rows(call, rows);
    Int8Tile tile = tile_of(call, rows);
    // The rows of a run that meet all panels before the next ones do. A convolution takes whole board rows: their
    // neighbours read them too.
    const int group = call.weights.group;
    const size_t row_bytes = groups_of(call.depth, group) * blocks_of_group(group) * kInt8BlockBytes;
    const int part = rows.conv ? rows.run_rows : rows_in_cache(row_bytes, kMaxIntegerRows);
    for (int first = 0; first < rows.run_rows; first += part) {
        const int count = min_of(part, rows.run_rows - first);
        for (int vector = 0; vector < call.vectors; vector += kPanelVectors) {
            take_panel(tile, call.weights, vector);
            const int vectors = min_of(kPanelVectors, call.vectors - vector);
            for (int run = 0; run < rows.runs; ++run)
                gemm_int8_run(call, rows, tile, run, first, count, vector, vectors);
        }
    }
}

InputRoom int8_room(const LinearCall& call) {
    const size_t entries = Int8Rows(call).entries * groups_of(call.depth, call.weights.group);
    return {entries * blocks_of_group(call.weights.group) * kInt8BlockBytes, 2 * entries};  // scales and zero points
}

// A gemm, or a 3x3 convolution that multiplies tap by tap.
constexpr LinearKernel int8_kernel(std::string_view name, LinearLayer layer) {
    return {
        .name = name,
        .layer = layer,
        .arithmetic = Arithmetic::Int8,
        .input = InputForm::Int8Blocks,
        .accepts = accepts_int8,
        .weight_bytes = {kInt8Block + 8, kInt8Block},  // a scale and a sum for each block
        .packed_size = int8_size,
        .pack = pack_int8,
        .input_room = int8_room,
        .scratch_floats = no_scratch,
        .run = gemm_int8,
        .int8 = {kStepChannels, kChannelMultiple, static_cast<int>(kInt8BlockBytes)},
    };
}
constexpr LinearKernel kGemmInt8 = int8_kernel("gemm_int8", LinearLayer::Gemm);
constexpr LinearKernel kConvInt8 = int8_kernel("conv_int8", LinearLayer::Conv3x3);

}  // namespace

}  // namespace katago::cpu

#endif
