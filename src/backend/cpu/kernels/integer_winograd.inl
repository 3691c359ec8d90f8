// SPDX-License-Identifier: MIT
// Winograd in 16-bit integers: tiles are transformed as floats, all channels of one tile at a time (they fit in the
// first-level cache), then each position of the tile is quantized with a scale of its own.

// Products of integers take half the time, so that what leaves the cache costs more than sharing weights gains.
constexpr int kEnoughIntegerRows = 50;

// Floats from one position of the transformed tile to the next: an odd number of blocks, or all would share few cache
// sets.
constexpr size_t tile_stride(int in_channels) {
    return (2 * static_cast<size_t>(units_of(in_channels, kWidth)) + 1) * kWidth;
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

// tiles_in: [position][unit][rows][kUnit], tile_scales: [position][rows], with rows = samples * tiles
void quantize_tiles(const IntegerWinogradCall& call, const TileGrid& grid, size_t first_sample, size_t samples,
                    float* tile) {
    const size_t blocks = blocks_of(call.in_channels), stride = tile_stride(call.in_channels);
    const size_t units = units_of(call.in_channels, kWidth), rows = samples * grid.per_board;
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
        measure_tile(tile, call.in_channels, call.weights.input_limit, factors, scales);
        for (int p = 0; p < kWinogradPositions; ++p) {
            const float* from = tile + p * stride;
            int16_t* to = call.tiles_in + (p * units * rows + row) * kUnit;
            call.tile_scales[p * rows + row] = scales[p];
            for (size_t unit = 0; unit < units; ++unit, from += kUnit, to += rows * kUnit) {
                store_unit(to, load(from) * factors[p], load(from + kWidth) * factors[p]);
            }
        }
        ++row;
    });
}

// Products of one panel: [position][vector][rows][width].
void multiply_integer_panel(const IntegerWinogradCall& call, const TileGrid& grid, size_t samples, int vector,
                            int vectors, float* products) {
    const size_t units = units_of(call.in_channels, kWidth), columns = static_cast<size_t>(vectors) * kWidth;
    const size_t rows = samples * grid.per_board, in_stride = rows * kUnit;  // from unit to unit
    const size_t panel_size = units * kUnit * columns;                       // of one position
    const int16_t* weights =
        call.weights.values + static_cast<size_t>(vector) * kWidth * units * kUnit * kWinogradPositions;
    const float* scales = call.weights.scales + static_cast<size_t>(vector) * kWidth * kWinogradPositions;
    for (int position = 0; position < kWinogradPositions; ++position) {
        const int16_t* in = call.tiles_in + position * units * in_stride;
        float* out = products + position * vectors * (in_stride / 2);
        const RowRange range = grid.rows_of(position, samples);
        const int tiles = (range.count + kMaxIntegerRows - 1) / kMaxIntegerRows;
        int row = range.first;
        for (int tile = 0; tile < tiles; ++tile) {
            const int count = range.count / tiles + (tile < range.count % tiles ? 1 : 0);
            kIntegerTiles.of[vectors - 1][count - 1](in + row * kUnit, in_stride, weights, static_cast<int>(units),
                                                     call.tile_scales + position * rows + row, scales,
                                                     {out + row * kWidth, in_stride / 2});
            row += count;
        }
        weights += panel_size;
        scales += columns;
    }
}

void integer_winograd(const IntegerWinogradCall& call) {
    const TileGrid grid(call.height, call.width, call.out.batch, kEnoughIntegerRows);
    float* products = call.scratch;
    float* tile = products + static_cast<size_t>(kWinogradPositions) * kPanelVectors * grid.rows() * kWidth;
    for (size_t first = 0; first < call.out.batch; first += grid.samples) {
        const size_t samples = first + grid.samples <= call.out.batch ? grid.samples : call.out.batch - first;
        const int rows = static_cast<int>(samples) * grid.per_board;
        if (!call.input_transformed || grid.samples < call.out.batch) quantize_tiles(call, grid, first, samples, tile);
        for (int vector = 0; vector < call.out_vectors; vector += kPanelVectors) {
            const int vectors = min_of(kPanelVectors, call.out_vectors - vector);
            multiply_integer_panel(call, grid, samples, vector, vectors, products);
            transform_outputs(call.out, grid, products, static_cast<size_t>(vectors) * rows * kWidth, vector, vectors,
                              first, samples);
        }
    }
}

size_t integer_winograd_scratch_floats(int height, int width, size_t batch, int in_channels) {
    const size_t rows = TileGrid(height, width, batch, kEnoughIntegerRows).rows();
    return kWinogradPositions * (kPanelVectors * kWidth * rows + tile_stride(in_channels));
}
