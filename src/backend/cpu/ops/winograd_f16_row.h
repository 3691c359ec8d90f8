// SPDX-License-Identifier: MIT
#pragma once

#include "backend/cpu/ops/winograd_tiles.h"
#include "backend/cpu/simd/fp16_storage.h"

#if defined(__aarch64__)

namespace katago::cpu {

namespace {

// What one line of Winograd positions multiplies: some panels of outputs.
struct F16TileRow {
    const TileGrid& grid;
    size_t samples;
    bool one_axis;  // weights: WeightForm::OneAxis
    int line;
    size_t units, panels;  // of all inputs and outputs
    size_t first, count;   // panels

    size_t row_numbers() const { return samples * grid.per_board * kFp16Width; }
    int position(int column) const { return line * kTileEdge + column; }
    // Of a panel: `positions` of packed weights.
    const int16_t* weights(const int16_t* all, size_t panel, int positions) const {
        return all + (line * panels + first + panel) * positions * units * kFp16Width * kFp16Width;
    }
    RowRange rows(int column) const { return grid.rows_of(position(column), samples); }
    // Of the transformed inputs, [position][unit][rows][8].
    size_t input_place(int column) const {
        return position(column) * units * row_numbers() + rows(column).first * kFp16Width;
    }
    // Of the products, [position][panel][rows][8].
    size_t product_place(int column, size_t panel) const {
        return (position(column) * count + panel) * row_numbers() + rows(column).first * kFp16Width;
    }
};

}  // namespace

}  // namespace katago::cpu

#endif
