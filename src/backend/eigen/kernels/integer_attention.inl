// SPDX-License-Identifier: MIT
// Attention whose products are of 16-bit integers: queries with a scale a row, keys and values a scale a column,
// probabilities between 0 and kOne; softmax in floats.

constexpr float kOne = 32767;

// Where things lie in the scratch memory of a call, in floats.
struct IntegerAttentionScratch {
    explicit IntegerAttentionScratch(const AttentionCall& call)
        : points(call.height * call.width),
          point_units(units_of(points, kWidth)),
          qk_units(units_of(call.qk_channels, kWidth)),
          v_blocks(static_cast<int>(blocks_of(call.v_channels))) {
        const size_t padded_points = static_cast<size_t>(point_units) * kUnit;
        const size_t head_width = static_cast<size_t>(v_blocks > 2 * qk_units ? v_blocks : 2 * qk_units) * kWidth;
        query_scales = kWidth * head_width;  // after the rows of kWidth points
        key_scales = query_scales + padded_points;
        value_scales = key_scales + padded_points;
        scores = value_scales + static_cast<size_t>(v_blocks) * kWidth;
        results = scores + padded_points * kQueryRows;
        queries = results + static_cast<size_t>(v_blocks) * kQueryRows * kWidth;
        keys = queries + padded_points * qk_units * kWidth;
        values = keys + padded_points * qk_units * kWidth;
        probabilities = values + padded_points * v_blocks * kWidth / 2;
        total = probabilities + padded_points * kQueryRows / 2;
    }
    int points, point_units, qk_units, v_blocks;
    size_t query_scales, key_scales, value_scales, scores, results;  // floats
    size_t queries, keys, values, probabilities;                     // integers, two a float
    size_t total;
};

KERNEL_INLINE int16_t* integers_at(const AttentionCall& call, size_t offset) {
    return reinterpret_cast<int16_t*>(call.scratch + offset);
}

// Up to kWidth points of one head of q or k, turned, as integers: store(row, unit, first block, second block) gets them
// already divided by their scales.
template <class Store>
KERNEL_INLINE void quantize_points(const AttentionCall& call, const IntegerAttentionScratch& s, const float* from,
                                   size_t sample, int first, int head, int kv_head, float* scales,
                                   const Store& store_row) {
    const size_t stride = call.batch * s.points * kWidth, row_floats = static_cast<size_t>(s.qk_units) * kUnit;
    const int count = min_of(kWidth, s.points - first), blocks = static_cast<int>(blocks_of(call.qk_channels));
    // Products of two integers up to this, added up over a head's channels, stay below 2^31.
    const float limit = __builtin_floorf(__builtin_sqrtf(2147483648.0f / static_cast<float>(row_floats)));
    Vector largest[kWidth] = {};
    for (int r = 0; r < count; ++r) {
        const int point = first + r;
        float* row = call.scratch + r * row_floats;
        gather_channels(from, stride, sample * s.points + point, head * call.qk_channels, call.qk_channels, row);
        rotate_row(call, kv_head, point % call.width, point / call.width, blocks, row);
        for (int block = blocks; block < 2 * s.qk_units; ++block) store(row + block * kWidth, Vector{});
        for (int block = 0; block < blocks; ++block) {
            largest[r] = larger(largest[r], magnitude(load(row + block * kWidth)));
        }
    }
    alignas(sizeof(Vector)) float factors[kWidth];
    scales_of(largest_lanes(largest), limit < kOne ? limit : kOne, factors, scales + first);
    for (int r = 0; r < count; ++r) {
        for (int unit = 0; unit < s.qk_units; ++unit) {
            const float* at = call.scratch + r * row_floats + unit * kUnit;
            store_row(first + r, unit, load(at) * factors[r], load(at + kWidth) * factors[r]);
        }
    }
}

void quantize_queries(const AttentionCall& call, const IntegerAttentionScratch& s, size_t sample, int head) {
    const Vector scale = all(1.0f / __builtin_sqrtf(static_cast<float>(call.qk_channels)));
    float* scales = call.scratch + s.query_scales;
    int16_t* queries = integers_at(call, s.queries);
    for (int first = 0; first < s.points; first += kWidth) {
        quantize_points(call, s, call.q, sample, first, head, head / (call.heads / call.kv_heads), scales,
                        [&](int point, int unit, Vector a, Vector b) KERNEL_LAMBDA {
                            store_unit(queries + (static_cast<size_t>(unit) * s.points + point) * kUnit, a, b);
                        });
        store(scales + first, load(scales + first) * scale);
    }
}

// The key of each point becomes a column of packed panels; columns beyond the last point are zero.
void quantize_keys(const AttentionCall& call, const IntegerAttentionScratch& s, size_t sample, int kv_head) {
    constexpr size_t kColumns = static_cast<size_t>(kPanelVectors) * kWidth;
    float* scales = call.scratch + s.key_scales;
    auto* keys = reinterpret_cast<PairInMemory*>(integers_at(call, s.keys));
    const auto column_of = [&](int point) KERNEL_LAMBDA {
        return keys + point / kColumns * s.qk_units * kWidth * kColumns + point % kColumns;
    };
    for (int first = 0; first < s.point_units * kUnit; first += kWidth) store(scales + first, Vector{});
    for (int first = 0; first < s.points; first += kWidth) {
        quantize_points(call, s, call.k, sample, first, kv_head, kv_head, scales,
                        [&](int point, int unit, Vector a, Vector b) KERNEL_LAMBDA {
                            alignas(sizeof(Vector)) int16_t row[kUnit];
                            store_unit(row, a, b);
                            PairInMemory* column = column_of(point) + unit * kWidth * kColumns;
                            for (int pair = 0; pair < kWidth; ++pair) {
                                column[pair * kColumns] = reinterpret_cast<const PairInMemory*>(row)[pair];
                            }
                        });
    }
    for (int point = s.points; point < s.point_units * kUnit; ++point) {
        PairInMemory* column = column_of(point);
        for (int pair = 0; pair < s.qk_units * kWidth; ++pair) column[pair * kColumns] = 0;
    }
}

// Values become the weights of a product over the points.
void quantize_values(const AttentionCall& call, const IntegerAttentionScratch& s, size_t sample, int kv_head) {
    const size_t stride = call.batch * s.points * kWidth;
    float* row = call.scratch;
    float* scales = call.scratch + s.value_scales;
    const auto gather = [&](int point) KERNEL_LAMBDA {
        gather_channels(call.v, stride, sample * s.points + point, kv_head * call.v_channels, call.v_channels, row);
    };
    for (int block = 0; block < s.v_blocks; ++block) store(scales + block * kWidth, Vector{});
    for (int point = 0; point < s.points; ++point) {
        gather(point);
        for (int at = 0; at < s.v_blocks * kWidth; at += kWidth) {
            store(scales + at, larger(load(scales + at), magnitude(load(row + at))));
        }
    }
    float* factors = row + static_cast<size_t>(s.v_blocks) * kWidth;
    for (int at = 0; at < s.v_blocks * kWidth; at += kWidth) {
        scales_of(load(scales + at), kOne, factors + at, scales + at);
    }
    int16_t* values = integers_at(call, s.values);
    for (int point = 0; point < s.point_units * kUnit; point += 2) {
        const int lane = point % kWidth, half = point % kUnit / kWidth;
        const size_t pair = point / kUnit * kWidth + lane / 4 * 4 + half * 2 + lane % 4 / 2;
        Integers* to = nullptr;
        const auto place = [&](int block) KERNEL_LAMBDA {
            const int panel = block / kPanelVectors * kPanelVectors,
                      columns = min_of(kPanelVectors, s.v_blocks - panel);
            const size_t offset =
                (static_cast<size_t>(panel) * s.point_units * kWidth + pair * columns + block - panel);
            to = reinterpret_cast<Integers*>(values + offset * kUnit);
        };
        if (point < s.points) gather(point);
        for (int block = 0; block < s.v_blocks; ++block) {
            place(block);
            const int at = block * kWidth;
            *to = point < s.points ? round_to_integers(load(row + at) * load(factors + at)) & 0xffff : Integers{};
        }
        if (point + 1 >= s.points) continue;
        gather(point + 1);
        for (int block = 0; block < s.v_blocks; ++block) {
            place(block);
            const int at = block * kWidth;
            *to |= round_to_integers(load(row + at) * load(factors + at)) << 16;
        }
    }
}

// Turns a row of scores, [point block][kQueryRows][width], into integer probabilities, [point unit][kQueryRows][kUnit].
KERNEL_INLINE void probabilities_of_row(float* scores, int points, int units, int16_t* probabilities) {
    constexpr size_t kStride = static_cast<size_t>(kQueryRows) * kWidth;
    constexpr float kNever = -1e30f;
    for (int point = points; point < units * kUnit; ++point) {
        scores[point / kWidth * kStride + point % kWidth] = kNever;
    }
    Vector largest = load(scores);
    for (int block = 1; block < 2 * units; ++block) largest = larger(largest, load(scores + block * kStride));
    const Vector most = all(largest_of(largest));
    Vector sum{};
    for (int block = 0; block < 2 * units; ++block) {
        const Vector e = exponential(load(scores + block * kStride) - most);
        store(scores + block * kStride, e);
        sum += e;
    }
    const Vector factor = all(kOne / sum_of(sum));
    for (int unit = 0; unit < units; ++unit) {
        const float* from = scores + 2 * unit * kStride;
        store_unit(probabilities + unit * 2 * kStride, load(from) * factor, load(from + kStride) * factor);
    }
}

// c = a * b for all panels; rows of c are kQueryRows apart from block to block.
KERNEL_INLINE void multiply_integer_queries(const int16_t* a, size_t a_stride, const int16_t* b, int units, int vectors,
                                            int rows, const float* row_scales, const float* column_scales, float* c) {
    constexpr size_t kStride = static_cast<size_t>(kQueryRows) * kWidth;
    const int tiles = (rows + kMaxIntegerRows - 1) / kMaxIntegerRows;
    for (int vector = 0; vector < vectors; vector += kPanelVectors) {
        const int count = min_of(kPanelVectors, vectors - vector);
        int row = 0;
        for (int tile = 0; tile < tiles; ++tile) {
            const int tile_rows = rows / tiles + (tile < rows % tiles ? 1 : 0);
            kIntegerTiles.of[count - 1][tile_rows - 1](
                a + row * kUnit, a_stride, b + static_cast<size_t>(vector) * units * kWidth * kUnit, units,
                row_scales + row, column_scales + vector * kWidth, c + vector * kStride + row * kWidth, kStride);
            row += tile_rows;
        }
    }
}

void attend_integer_head(const AttentionCall& call, const IntegerAttentionScratch& s, const AttentionScratch& layout,
                         size_t sample, int head) {
    float* scores = call.scratch + s.scores;
    int16_t* probabilities = integers_at(call, s.probabilities);
    float unit_scales[kQueryRows], ones[kQueryRows];
    for (int r = 0; r < kQueryRows; ++r) unit_scales[r] = 1 / kOne, ones[r] = 1;
    for (int first = 0; first < s.points; first += kQueryRows) {
        const int count = min_of(kQueryRows, s.points - first);
        multiply_integer_queries(integers_at(call, s.queries) + static_cast<size_t>(first) * kUnit,
                                 static_cast<size_t>(s.points) * kUnit, integers_at(call, s.keys), s.qk_units,
                                 2 * s.point_units, count, call.scratch + s.query_scales + first,
                                 call.scratch + s.key_scales, scores);
        for (int r = 0; r < count; ++r) {
            probabilities_of_row(scores + r * kWidth, s.points, s.point_units, probabilities + r * kUnit);
        }
        multiply_integer_queries(probabilities, static_cast<size_t>(kQueryRows) * kUnit, integers_at(call, s.values),
                                 s.point_units, s.v_blocks, count, unit_scales, call.scratch + s.value_scales,
                                 call.scratch + s.results);
        scatter_results(call, layout, call.scratch + s.results, sample * s.points + first, head, count, ones);
    }
}

void integer_attention(const AttentionCall& call) {
    const IntegerAttentionScratch s(call);
    const AttentionScratch layout(call);
    clear_padding(call, call.batch * s.points);
    const int sharing = call.heads / call.kv_heads;
    for (size_t sample = 0; sample < call.batch; ++sample) {
        for (int head = 0; head < call.heads; ++head) {
            if (head % sharing == 0) {
                quantize_keys(call, s, sample, head / sharing);
                quantize_values(call, s, sample, head / sharing);
            }
            quantize_queries(call, s, sample, head);
            attend_integer_head(call, s, layout, sample, head);
        }
    }
}

size_t integer_attention_scratch_floats(const AttentionCall& call) {
    return IntegerAttentionScratch(call).total;
}
