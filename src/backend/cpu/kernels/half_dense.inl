// SPDX-License-Identifier: MIT
// Dense layers in halves: see IntegerDenseCall, whose 16-bit numbers are halves here, without scales.

// Inputs of a few tiles of rows stay in the first-level cache while all weights of a chunk, which stay in the second,
// pass by.
constexpr int kHalfRowBytes = 40 << 10, kHalfChunkBytes = 192 << 10;

void halve_rows(const IntegerDenseCall& call) {
    const size_t stride = static_cast<size_t>(call.rows) * kWidth;
    const int blocks = static_cast<int>(blocks_of(call.depth));
    int16_t* to = call.quantized;
    for (int block = 0; block < blocks; block += 2) {
        const float* from = call.in + block * stride;
        const bool paired = block + 1 < blocks;
        for (int row = 0; row < call.rows; ++row, from += kWidth, to += kHalves) {
            store_half(to, half_of(load(from), paired ? load(from + stride) : Vector{}));
        }
    }
}

// One tile of one panel, with its epilogue.
KERNEL_INLINE void half_dense_tile(const IntegerDenseCall& call, int units, const int16_t* weights, int vector, int row,
                                   int count) {
    alignas(64) int16_t sums[kMaxHalfRows * kHalves];
    kHalfTiles.of[call.long_chains ? 1 : 0][count - 1](call.quantized + static_cast<size_t>(row) * kHalves,
                                                       static_cast<size_t>(call.rows) * kHalves, weights, units, sums);
    Vector low[kMaxHalfRows], high[kMaxHalfRows];
    for (int r = 0; r < count; ++r) {
        const Half sum = load_half(sums + r * kHalves);
        low[r] = low_floats(sum), high[r] = high_floats(sum);
    }
    finish_rows(call.out, vector, row, count, low);
    if (vector + 1 < call.vectors) finish_rows(call.out, vector + 1, row, count, high);
}

void half_dense(const IntegerDenseCall& call) {
    if (!call.input_quantized) halve_rows(call);
    const int units = half_units_of(call.depth), tiles = (call.rows + kMaxHalfRows - 1) / kMaxHalfRows;
    const int unit_bytes = kHalves * 2;
    const int tiles_together = kHalfRowBytes / (units * unit_bytes * kMaxHalfRows) + 1;
    const int panels = (call.vectors + 1) / 2, panel_size = units * kHalves * kHalves;
    const int chunk = kHalfChunkBytes / (panel_size * 2) + 1;
    const auto first_row = [&](int tile) { return tile * (call.rows / tiles) + min_of(tile, call.rows % tiles); };
    for (int panel = 0; panel < panels; panel += chunk) {
        for (int tile = 0; tile < tiles; tile += tiles_together) {
            for (int p = panel; p < min_of(panel + chunk, panels); ++p) {
                const int16_t* weights = call.weights.values + static_cast<size_t>(p) * panel_size;
                for (int t = tile; t < min_of(tile + tiles_together, tiles); ++t) {
                    half_dense_tile(call, units, weights, 2 * p, first_row(t), first_row(t + 1) - first_row(t));
                }
            }
        }
    }
}
