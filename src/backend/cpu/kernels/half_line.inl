// SPDX-License-Identifier: MIT
// What one line of Winograd positions multiplies: some panels of outputs.
struct HalfLine {
    const TileGrid& grid;
    size_t samples;
    bool weights_in_lines;
    int line;
    size_t units, panels;  // of all inputs and outputs
    size_t first, count;   // panels

    size_t row_halves() const { return samples * grid.per_board * kHalves; }
    int position(int column) const { return line * kTileEdge + column; }
    // Of a panel: `positions` of packed weights.
    const int16_t* weights(const int16_t* all, size_t panel, int positions) const {
        return all + (line * panels + first + panel) * positions * units * kHalves * kHalves;
    }
    RowRange rows(int column) const { return grid.rows_of(position(column), samples); }
    // Of the transformed inputs, [position][unit][rows][8].
    size_t input_place(int column) const {
        return position(column) * units * row_halves() + rows(column).first * kHalves;
    }
    // Of the products, [position][panel][rows][8].
    size_t product_place(int column, size_t panel) const {
        return (position(column) * count + panel) * row_halves() + rows(column).first * kHalves;
    }
};
