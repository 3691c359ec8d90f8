// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "backend/cpu/ops/winograd_tiles.h"
#include "backend/cpu/simd/fp16_storage.h"

#if defined(__aarch64__)

namespace katago::cpu {

namespace {

// One tile row, that is six positions of the transformed tiles, and the panels of outputs that its gemms compute: where
// their operands lie.
struct F16TileRow {
    const TileGrid& grid;
    size_t samples;
    bool one_axis;          // the weights are of WeightTransform::OneAxis
    int index;              // of the tile row
    size_t blocks, panels;  // channel blocks of inputs, panels of all outputs
    size_t first, count;    // panels that are computed

    // FP16 numbers from one channel block, or panel of results, to the next.
    size_t block_stride() const { return samples * grid.per_board * kFp16Width; }
    int position(int column) const { return index * kTileEdge + column; }
    // The packed weights of a panel, of which there are `positions` positions.
    const int16_t* weights(const int16_t* all, size_t panel, int positions) const {
        return all + (index * panels + first + panel) * positions * blocks * kFp16Width * kFp16Width;
    }
    RowRange rows(int column) const { return grid.rows_of(position(column), samples); }
    // Within the transformed inputs, [position][channel block][rows][8].
    size_t input_offset(int column) const {
        return position(column) * blocks * block_stride() + rows(column).first * kFp16Width;
    }
    // Within the gemms' results, [position][panel][rows][8].
    size_t result_offset(int column, size_t panel) const {
        return (position(column) * count + panel) * block_stride() + rows(column).first * kFp16Width;
    }
};

}  // namespace

}  // namespace katago::cpu

#endif
