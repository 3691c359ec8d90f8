// SPDX-License-Identifier: MIT
// Dense layers in 16-bit integers and floats beside each other: see mixed.inl.

constexpr int kMixedRowsTogether = 4 * kMixedRows;  // so many rows are finished in one go

// Rows from `first` on, the integers of which are there.
void multiply_mixed_rows(const IntegerDenseCall& call, const MixedRows& in, int first, int rows) {
    const int blocks = static_cast<int>(blocks_of(call.depth));
    const int16_t* weights = call.weights.values;
    for (int vector = 0; vector < call.vectors; vector += kMixedPanelVectors) {
        const int vectors = min_of(kMixedPanelVectors, call.vectors - vector);
        for (int row = 0; row < rows; row += kMixedRowsTogether) {
            const int count = min_of(kMixedRowsTogether, rows - row);
            Vector results[kMixedPanelVectors * kMixedRowsTogether];
            multiply_mixed_panel(in.from(row), count, weights, vectors, blocks, call.weights.scales + vector * kWidth,
                                 reinterpret_cast<float*>(results), static_cast<size_t>(count) * kWidth);
            for (int v = 0; v < vectors; ++v)
                finish_rows(call.out, vector + v, first + row, count, results + v * count);
        }
        weights += mixed_numbers(vectors, kWidth) * blocks * kWidth;
    }
}

// Rows that stay in the cache meet all panels before the next ones do. All of them have their integers in one place,
// which stays there too: to round them once more for every layer that reads them takes less than to fetch them.
void mixed_dense(const IntegerDenseCall& call) {
    const int blocks = static_cast<int>(blocks_of(call.depth));
    const size_t row_bytes = static_cast<size_t>(blocks) * kWidth * (sizeof(float) + sizeof(int16_t));
    const int part = min_of(rows_in_cache(row_bytes, kMixedRows), call.rows);
    for (int first = 0; first < call.rows; first += part) {
        const int rows = min_of(part, call.rows - first);
        const MixedRows in{call.in + static_cast<size_t>(first) * kWidth, static_cast<size_t>(call.rows) * kWidth,
                           call.quantized, static_cast<size_t>(part) * kWidth, call.row_scales + first};
        quantize_mixed_rows(in, rows, blocks, call.weights.input_limit, call.input_quantized);
        multiply_mixed_rows(call, in, first, rows);
    }
}
