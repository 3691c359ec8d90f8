// SPDX-License-Identifier: MIT
// Winograd in halves: see IntegerWinogradCall, whose 16-bit numbers are halves here, without scales. One position of
// the tiles after another, for all outputs: its inputs stay in the first-level cache and weights are read once, in
// order.

constexpr int kEnoughHalfRows = 50;  // as of integers

// One tile of one unit. board: [points][8]; position p goes to out + p * position_stride.
KERNEL_INLINE void transform_half_input(const int16_t* board, const TileGrid& grid, int tile_y, int tile_x, int16_t* out,
                                        size_t position_stride) {
    const int y0 = tile_y * kWinogradTile - 1, x0 = tile_x * kWinogradTile - 1;
    const Half zero{vdupq_n_f16(0)};
    Half columns[kTileEdge][kTileEdge];
    for (int i = 0; i < kTileEdge; ++i) {
        const int y = y0 + i;
        if (y < 0 || y >= grid.height) {
            unroll<kTileEdge>([&](auto j) KERNEL_LAMBDA { columns[i][decltype(j)::value] = zero; });
            continue;
        }
        Half line[kTileEdge];
        const int16_t* row = board + (y * grid.width + x0) * kHalves;
        unroll<kTileEdge>([&](auto j) KERNEL_LAMBDA {
            constexpr int kColumn = decltype(j)::value;
            const int x = x0 + kColumn;
            line[kColumn] = x >= 0 && x < grid.width ? load_half(row + kColumn * kHalves) : zero;
        });
        transform_input_line(line, 1, columns[i], 1);
    }
    unroll<kTileEdge>([&](auto j) KERNEL_LAMBDA {
        constexpr int kColumn = decltype(j)::value;
        Half transformed[kTileEdge];
        transform_input_line(columns[0] + kColumn, kTileEdge, transformed, 1);
        unroll<kTileEdge>([&](auto i) KERNEL_LAMBDA {
            constexpr int kRow = decltype(i)::value;
            store_half(out + (kRow * kTileEdge + kColumn) * position_stride, transformed[kRow]);
        });
    });
}

// tiles_in: [position][unit][rows][8]
void transform_half_inputs(const IntegerWinogradCall& call, const TileGrid& grid, size_t first_sample, size_t samples,
                           int16_t* board) {
    const size_t blocks = blocks_of(call.in_channels), units = half_units_of(call.in_channels);
    const size_t rows = samples * grid.per_board, points = static_cast<size_t>(grid.height) * grid.width;
    int16_t* out = call.tiles_in;
    for (size_t unit = 0; unit < units; ++unit) {
        for (size_t sample = first_sample; sample < first_sample + samples; ++sample) {
            const float* low = call.in + (2 * unit * call.out.batch + sample) * points * kWidth;
            const float* high = 2 * unit + 1 < blocks ? low + call.out.batch * points * kWidth : nullptr;
            for (size_t point = 0; point < points; ++point) {
                store_half(board + point * kHalves, half_of(load(low + point * kWidth),
                                                            high == nullptr ? Vector{} : load(high + point * kWidth)));
            }
            for (int y = 0; y < grid.down; ++y) {
                for (int x = 0; x < grid.across; ++x, out += kHalves) {
                    transform_half_input(board, grid, y, x, out, units * rows * kHalves);
                }
            }
        }
    }
}

// One tile of two blocks of outputs, with the epilogue. products: position p is at p * position_stride.
KERNEL_INLINE void transform_half_output(const IntegerWinogradCall& call, const TileGrid& grid, const int16_t* products,
                                         size_t position_stride, int vector, size_t sample, int tile_y, int tile_x) {
    Half columns[kWinogradTile][kTileEdge];
    unroll<kTileEdge>([&](auto j) KERNEL_LAMBDA {
        constexpr int kColumn = decltype(j)::value;
        Half line[kTileEdge];
        unroll<kTileEdge>([&](auto i) KERNEL_LAMBDA {
            constexpr int kRow = decltype(i)::value;
            line[kRow] = load_half(products + (kRow * kTileEdge + kColumn) * position_stride);
        });
        transform_output_line(line, 1, columns[0] + kColumn, kTileEdge);
    });
    const int y0 = tile_y * kWinogradTile, x0 = tile_x * kWinogradTile;
    const int rows = min_of(kWinogradTile, grid.height - y0), count = min_of(kWinogradTile, grid.width - x0);
    const size_t first = (sample * grid.height + y0) * grid.width + x0;
    for (int i = 0; i < rows; ++i) {
        Half results[kWinogradTile];
        transform_output_line(columns[i], 1, results, 1);
        Vector low[kWinogradTile], high[kWinogradTile];
        unroll<kWinogradTile>([&](auto x) KERNEL_LAMBDA {
            constexpr int kX = decltype(x)::value;
            low[kX] = low_floats(results[kX]), high[kX] = high_floats(results[kX]);
        });
        const size_t row = first + static_cast<size_t>(i) * grid.width;
        finish_rows(call.out, vector, row, count, low);
        if (vector + 1 < call.out_vectors) finish_rows(call.out, vector + 1, row, count, high);
    }
}

// The products of all outputs: [position][panel][rows][8].
void half_winograd(const IntegerWinogradCall& call) {
    const TileGrid grid(call.height, call.width, call.out.batch, kEnoughHalfRows);
    const size_t units = half_units_of(call.in_channels), panels = (call.out_vectors + 1) / 2;
    const size_t panel_size = units * kHalves * kHalves;
    int16_t* products = reinterpret_cast<int16_t*>(call.scratch);
    int16_t* board = products + kWinogradPositions * panels * grid.rows() * kHalves;
    for (size_t first = 0; first < call.out.batch; first += grid.samples) {
        const size_t samples = first + grid.samples <= call.out.batch ? grid.samples : call.out.batch - first;
        const int rows = static_cast<int>(samples) * grid.per_board;
        const size_t row_halves = static_cast<size_t>(rows) * kHalves;
        if (!call.input_transformed || grid.samples < call.out.batch) {
            transform_half_inputs(call, grid, first, samples, board);
        }
        for (size_t position = 0; position < kWinogradPositions; ++position) {
            const int16_t* in = call.tiles_in + position * units * row_halves;
            for (size_t panel = 0; panel < panels; ++panel) {
                multiply_half_panel(kShortChains, in, row_halves,
                                    call.weights.values + (position * panels + panel) * panel_size,
                                    static_cast<int>(units), rows, products + (position * panels + panel) * row_halves);
            }
        }
        const int16_t* tile = products;
        for (size_t panel = 0; panel < panels; ++panel) {
            for (size_t sample = first; sample < first + samples; ++sample) {
                for (int y = 0; y < grid.down; ++y) {
                    for (int x = 0; x < grid.across; ++x, tile += kHalves) {
                        transform_half_output(call, grid, tile, panels * row_halves, static_cast<int>(2 * panel), sample,
                                              y, x);
                    }
                }
            }
        }
    }
}

size_t half_winograd_scratch_floats(int height, int width, size_t batch, int out_channels) {
    const size_t rows = TileGrid(height, width, batch, kEnoughHalfRows).rows();
    const size_t halves = kWinogradPositions * half_units_of(out_channels) * rows * kHalves;
    return (halves + static_cast<size_t>(height) * width * kHalves) / 2;
}
