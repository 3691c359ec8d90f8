// SPDX-License-Identifier: MIT
// Dense layers in 16-bit integers.

// So many rows are quantized and multiplied before the next: their integers stay in the second-level cache.
constexpr int kRowsAtOnce = 448;

// Integers and scales of up to kWidth rows.
void quantize_rows(const IntegerDenseCall& call, int first, int count) {
    const size_t stride = static_cast<size_t>(call.rows) * kWidth;
    const int blocks = static_cast<int>(blocks_of(call.depth)), units = units_of(call.depth, kWidth);
    Vector largest[kWidth] = {};
    alignas(sizeof(Vector)) float factors[kWidth], scales[kWidth];
    const float* in = call.in + static_cast<size_t>(first) * kWidth;
    // Block by block: the rows of a block lie side by side.
    for (int block = 0; block < blocks; ++block, in += stride) {
        if (count == kWidth) {
            unroll<kWidth>([&](auto r) KERNEL_LAMBDA {
                constexpr int kRow = decltype(r)::value;
                largest[kRow] = larger(largest[kRow], magnitude(load(in + kRow * kWidth)));
            });
        } else {
            for (int r = 0; r < count; ++r) largest[r] = larger(largest[r], magnitude(load(in + r * kWidth)));
        }
    }
    scales_of(largest_lanes(largest), call.weights.input_limit, factors, scales);
    for (int r = 0; r < count; ++r) call.row_scales[first + r] = scales[r];
    for (int unit = 0; unit < units; ++unit) {
        const float* from = call.in + static_cast<size_t>(first) * kWidth + 2 * unit * stride;
        const bool paired = 2 * unit + 1 < blocks;
        int16_t* to = call.quantized + (static_cast<size_t>(unit) * call.rows + first) * kUnit;
        for (int r = 0; r < count; ++r) {
            const Vector second = paired ? load(from + stride + r * kWidth) : Vector{};
            store_unit(to + r * kUnit, load(from + r * kWidth) * factors[r], second * factors[r]);
        }
    }
}

void multiply_integer_rows(const IntegerDenseCall& call, int first, int rows) {
    const int units = units_of(call.depth, kWidth);
    const size_t stride = static_cast<size_t>(call.rows) * kUnit,
                 block_stride = static_cast<size_t>(call.rows) * kWidth;
    const int tiles = (rows + kMaxIntegerRows - 1) / kMaxIntegerRows;
    const EpilogueCall& out = call.out;
    const bool direct = out.vector == nullptr && out.activated == nullptr;  // as most layers are
    for (int vector = 0; vector < call.vectors; vector += kPanelVectors) {
        const int vectors = min_of(kPanelVectors, call.vectors - vector);
        const int16_t* weights = call.weights.values + static_cast<size_t>(vector) * units * kWidth * kUnit;
        const float* column_scales = call.weights.scales + vector * kWidth;
        int row = first;
        for (int tile = 0; tile < tiles; ++tile) {
            const int count = rows / tiles + (tile < rows % tiles ? 1 : 0);
            const IntegerTileFunction multiply = kIntegerTiles.of[vectors - 1][count - 1];
            const int16_t* in = call.quantized + static_cast<size_t>(row) * kUnit;
            if (direct) {
                const size_t at = vector * block_stride + static_cast<size_t>(row) * kWidth;
                multiply(in, stride, weights, units, call.row_scales + row, column_scales,
                         {out.raw + at, block_stride, out.multiplier == nullptr ? nullptr : out.multiplier + at,
                          out.residual == nullptr ? nullptr : out.residual + at});
            } else {
                Vector results[kPanelVectors * kMaxIntegerRows];
                multiply(in, stride, weights, units, call.row_scales + row, column_scales,
                         {reinterpret_cast<float*>(results), static_cast<size_t>(count) * kWidth});
                for (int v = 0; v < vectors; ++v) finish_rows(out, vector + v, row, count, results + v * count);
            }
            row += count;
        }
    }
}

void integer_dense(const IntegerDenseCall& call) {
    for (int first = 0; first < call.rows; first += kRowsAtOnce) {
        const int rows = min_of(kRowsAtOnce, call.rows - first);
        if (!call.input_quantized) {
            for (int row = 0; row < rows; row += kWidth) quantize_rows(call, first + row, min_of(kWidth, rows - row));
        }
        multiply_integer_rows(call, first, rows);
    }
}
