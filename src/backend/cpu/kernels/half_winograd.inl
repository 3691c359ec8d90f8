// SPDX-License-Identifier: MIT
// Winograd in halves (of cores without FP16 arithmetic: stored in halves): see IntegerWinogradCall, whose 16-bit
// numbers are halves here, without scales. One position of the tiles after another, for all outputs: its inputs stay in
// the first-level cache and weights are read once, in order. Tiles are transformed in FP32, before they are rounded and
// after: rounding every step of it would add as much error again as the products have.

constexpr int kEnoughHalfRows = 50;  // as of integers

// tiles_in: [position][unit][rows][8]
void transform_half_inputs(const IntegerWinogradCall& call, const TileGrid& grid, size_t first_sample, size_t samples) {
    const size_t blocks = blocks_of(call.in_channels), units = half_units_of(call.in_channels);
    const size_t rows = samples * grid.per_board, points = static_cast<size_t>(grid.height) * grid.width;
    const size_t position_stride = units * rows * kHalves;
    for (size_t block = 0; block < 2 * units; ++block) {
        int16_t* out = call.tiles_in + block / 2 * rows * kHalves + block % 2 * kWidth;
        if (block == blocks) {  // the last unit has one block
            for (size_t row = 0; row < rows; ++row, out += kHalves) {
                for (int p = 0; p < kWinogradPositions; ++p) store_halves(out + p * position_stride, Vector{});
            }
            break;
        }
        grid.for_each_tile(first_sample, samples, [&](size_t sample, int y, int x) KERNEL_LAMBDA {
            transform_input_tile(call.in + (block * call.out.batch + sample) * points * kWidth, grid, y, x,
                                 [&](int position, Vector v)
                                     KERNEL_LAMBDA { store_halves(out + position * position_stride, v); });
            out += kHalves;
        });
    }
}

constexpr size_t half_product_floats(int rows, int panels) {
    return static_cast<size_t>(kWinogradPositions) * panels * rows * kHalves / 2;
}

// products: [position][panel of those together][rows][8]
void half_winograd(const IntegerWinogradCall& call) {
    const TileGrid grid(call.height, call.width, call.out.batch, kEnoughHalfRows);
    const size_t units = half_units_of(call.in_channels), panels = (call.out_vectors + 1) / 2;
    const size_t together = panels_together(panels);
    int16_t* products = reinterpret_cast<int16_t*>(call.scratch);
    float* scratch = call.scratch + half_product_floats(grid.rows(), static_cast<int>(together));
    for (size_t first = 0; first < call.out.batch; first += grid.samples) {
        const size_t samples = first + grid.samples <= call.out.batch ? grid.samples : call.out.batch - first;
        const size_t rows = samples * grid.per_board;
        if (!call.input_transformed || grid.samples < call.out.batch) {
            transform_half_inputs(call, grid, first, samples);
        }
        for (size_t panel = 0; panel < panels; panel += together) {
            const size_t count = panel + together <= panels ? together : panels - panel;
            for (int line = 0; line < kTileEdge; ++line) {
                multiply_half_line({grid, samples, call.weights_in_lines, line, units, panels, panel, count},
                                   call.tiles_in, call.weights.values, products, scratch);
            }
            const int16_t* tile = products;
            const auto finish = [&](int vector, const int16_t* from, size_t sample, int y, int x) KERNEL_LAMBDA {
                transform_output_tile<true>(
                    call.out, grid,
                    [&](int position) KERNEL_LAMBDA { return load_halves(from + position * count * rows * kHalves); },
                    vector, sample, y, x);
            };
            for (int vector = 2 * panel; vector < min_of(2 * (panel + count), call.out_vectors); vector += 2) {
                grid.for_each_tile(first, samples, [&](size_t sample, int y, int x) KERNEL_LAMBDA {
                    finish(vector, tile, sample, y, x);
                    if (vector + 1 < call.out_vectors) finish(vector + 1, tile + kWidth, sample, y, x);
                    tile += kHalves;
                });
            }
        }
    }
}

size_t half_winograd_scratch_floats(int height, int width, size_t batch, int in_channels, int out_channels) {
    const int rows = TileGrid(height, width, batch, kEnoughHalfRows).rows();
    const int panels = half_units_of(out_channels), together = static_cast<int>(panels_together(panels));
    return half_product_floats(rows, together) + half_line_floats(half_units_of(in_channels), rows, together);
}
