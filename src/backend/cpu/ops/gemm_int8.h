// SPDX-License-Identifier: MIT
#pragma once

#include "backend/cpu/ops/epilogue_f32.h"
#include "backend/cpu/ops/gemm_f32.h"
#include "backend/cpu/ops/int8.h"
#include "backend/cpu/ops/int8_rows.h"
#include "backend/cpu/ops/layout.h"
#include "backend/cpu/ops/linear.h"
#include "backend/cpu/ops/pack/pack.h"

#if defined(__AVX2__) || defined(__aarch64__)

namespace katago::cpu {

namespace {

// Layers with 8-bit weights.

using Int8TileFunction = void (*)(const Int8Tile&, Vector*);
struct Int8TileTable {
    Int8TileFunction of[kPanelVectors][kMaxIntegerRows];  // [vectors - 1][rows - 1]
};
template <int... kIndex>
constexpr Int8TileTable make_int8_tile_table(std::integer_sequence<int, kIndex...>) {
    return {{{multiply_int8_tile<kIndex + 1, 1>...}, {multiply_int8_tile<kIndex + 1, 2>...}}};
}
constexpr Int8TileTable kInt8Tiles = make_int8_tile_table(std::make_integer_sequence<int, kMaxIntegerRows>{});

// The products of `count` rows of one line, from its row `first` on, with one panel.
KERNEL_INLINE void multiply_int8_rows(const LinearCall& call, const Int8Rows& rows, Int8Tile tile, int line, int first,
                                      int count, int vector, int vectors) {
    const int tiles = (count + kMaxIntegerRows - 1) / kMaxIntegerRows;
    const size_t entry = rows.entry(line) + first;
    tile.in += entry * kInt8BlockBytes, tile.row_scales += entry, tile.row_zeros += entry;
    size_t row = static_cast<size_t>(line) * rows.line + first;
    for (int i = 0; i < tiles; ++i) {
        const int tile_rows = count / tiles + (i < count % tiles ? 1 : 0);
        Vector results[kPanelVectors * kMaxIntegerRows];
        kInt8Tiles.of[vectors - 1][tile_rows - 1](tile, results);
        for (int v = 0; v < vectors; ++v) finish_rows(call.out, vector + v, row, tile_rows, results + v * tile_rows);
        tile.in += tile_rows * kInt8BlockBytes, tile.row_scales += tile_rows, tile.row_zeros += tile_rows;
        row += tile_rows;
    }
}

// A tile of the first rows, still without weights.
KERNEL_INLINE Int8Tile tile_of(const LinearCall& call, const Int8Rows& rows) {
    Int8Tile tile;
    tile.in = static_cast<const uint8_t*>(call.input), tile.row_scales = call.input_scales,
    tile.row_zeros = zeros_of(call, rows.entries);
    tile.entries = rows.entries, tile.taps = call.taps, tile.stride = rows.stride;
    tile.channels = call.depth, tile.group = call.weights.group;
    return tile;
}

// The weights of the panel that begins with this vector.
KERNEL_INLINE void take_panel(Int8Tile& tile, const WeightsView& weights, int vector) {
    const size_t units = static_cast<size_t>((tile.channels + kChannelUnit - 1) / kChannelUnit) * tile.taps;
    const size_t column = static_cast<size_t>(vector) * kWidth;
    const size_t scales = column * groups_of(tile.channels, tile.group) * tile.taps;
    tile.weights = static_cast<const int8_t*>(weights.values) + column * units * kChannelUnit;
    tile.scales = weights.scales + scales, tile.sums = weights.sums + scales;
}

void gemm_int8(const LinearCall& call) {
    const Int8Rows rows(call);
    if (!call.input_ready) quantize_int8_rows(call, rows);
    Int8Tile tile = tile_of(call, rows);
    // The rows of a line that meet all panels before the next ones do. A convolution's lines are read by their
    // neighbours too.
    const int group = call.weights.group;
    const size_t row_bytes = groups_of(call.depth, group) * blocks_of_group(group) * kInt8BlockBytes;
    const int part = rows.conv ? rows.line : rows_in_cache(row_bytes, kMaxIntegerRows);
    for (int first = 0; first < rows.line; first += part) {
        const int count = min_of(part, rows.line - first);
        for (int vector = 0; vector < call.vectors; vector += kPanelVectors) {
            take_panel(tile, call.weights, vector);
            const int vectors = min_of(kPanelVectors, call.vectors - vector);
            for (int line = 0; line < rows.lines; ++line)
                multiply_int8_rows(call, rows, tile, line, first, count, vector, vectors);
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
        .weight_bytes = {kInt8Block + 8, kInt8Block},  // a scale and a sum for each block
        .packed_size = int8_size,
        .pack = pack_int8,
        .input_room = int8_room,
        .scratch_floats = no_scratch,
        .run = gemm_int8,
        .int8 = {kInputsTogether, kChannelUnit, static_cast<int>(kInt8BlockBytes)},
    };
}
constexpr LinearKernel kGemmInt8 = int8_kernel("gemm_int8", LinearLayer::Gemm);
constexpr LinearKernel kConvInt8 = int8_kernel("conv_int8", LinearLayer::Conv3x3);

}  // namespace

}  // namespace katago::cpu

#endif
