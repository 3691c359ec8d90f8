// SPDX-License-Identifier: MIT
// Attention as in attention.inl with products as in mixed.inl: two of three keys, and of three blocks of values, are
// integers. Queries and probabilities, with a scale a row, are there as both; softmax is in floats.

// Rows of scores at a time: with a panel of values, they should stay in the first-level cache.
constexpr int kMixedScoreRows = 3 * kMixedRows;
static_assert(kMixedScoreRows <= kQueryRows);  // whose scratch memory they take

// What is kept beside the floats of AttentionScratch, whose keys and values are packed panels.
struct MixedAttentionScratch : AttentionScratch {
    explicit MixedAttentionScratch(const AttentionCall& call) : AttentionScratch(call) {
        const size_t padded_points = static_cast<size_t>(point_blocks) * kWidth;
        query_scales = total;
        key_scales = query_scales + padded_points;
        value_scales = key_scales + padded_points;
        value_rows = value_scales + static_cast<size_t>(v_blocks) * kWidth;
        query_integers = value_rows + static_cast<size_t>(v_blocks) * points * kWidth;
        probabilities = query_integers + static_cast<size_t>(qk_blocks) * points * kWidth / 2;
        total = probabilities + padded_points * kMixedScoreRows / 2;
    }
    size_t query_scales, key_scales, value_scales, value_rows;  // floats
    size_t query_integers, probabilities;                       // integers, two a float
};

KERNEL_INLINE int16_t* mixed_integers_at(const AttentionCall& call, size_t offset) {
    return reinterpret_cast<int16_t*>(call.scratch + offset);
}

// The floats of a panel, which lie anywhere that integers may.
KERNEL_INLINE void store_floats(int16_t* to, Vector v) {
    vst1q_f32(reinterpret_cast<float*>(to), reinterpret_cast<float32x4_t>(v));
}

// Lane i of row j becomes lane j of row i.
KERNEL_INLINE void transpose(Vector (&rows)[kWidth]) {
    const auto pair = [](Vector a, Vector b, auto& low, auto& high) KERNEL_LAMBDA {
        const float32x4_t x = reinterpret_cast<float32x4_t>(a), y = reinterpret_cast<float32x4_t>(b);
        low = vreinterpretq_f64_f32(vtrn1q_f32(x, y)), high = vreinterpretq_f64_f32(vtrn2q_f32(x, y));
    };
    float64x2_t even[2], odd[2];
    pair(rows[0], rows[1], even[0], odd[0]);
    pair(rows[2], rows[3], even[1], odd[1]);
    rows[0] = reinterpret_cast<Vector>(vtrn1q_f64(even[0], even[1]));
    rows[1] = reinterpret_cast<Vector>(vtrn1q_f64(odd[0], odd[1]));
    rows[2] = reinterpret_cast<Vector>(vtrn2q_f64(even[0], even[1]));
    rows[3] = reinterpret_cast<Vector>(vtrn2q_f64(odd[0], odd[1]));
}

// The keys of kWidth points, [block][points][width], as a block of columns of a panel: store_column(k, keys) gets
// channel k of all of them, zeros for those beyond the board's last.
template <class StoreColumn>
KERNEL_INLINE void transpose_keys(const MixedAttentionScratch& s, const float* keys, int count,
                                  const StoreColumn& store_column) {
    for (int block = 0; block < s.qk_blocks; ++block, keys += static_cast<size_t>(s.points) * kWidth) {
        Vector columns[kWidth];
        unroll<kWidth>([&](auto r) KERNEL_LAMBDA {
            constexpr int kRow = decltype(r)::value;
            columns[kRow] = kRow < count ? load(keys + kRow * kWidth) : Vector{};
        });
        transpose(columns);
        unroll<kWidth>([&](auto k) KERNEL_LAMBDA {
            store_column(block * kWidth + decltype(k)::value, columns[decltype(k)::value]);
        });
    }
}

// The key of each point becomes a column, of integers with a scale or of floats. Until the queries take their place,
// floats of all of them lie there.
void pack_mixed_keys(const AttentionCall& call, const MixedAttentionScratch& s, size_t sample, int kv_head) {
    const float limit = most_of_query(s.qk_blocks * kWidth);
    const float* keys = call.scratch + s.queries;
    pack_points(call, s, call.k, sample, kv_head, kv_head, 1, call.scratch + s.queries);
    int16_t* panel = mixed_integers_at(call, s.keys);
    for (int first = 0; first < s.point_blocks; first += kMixedPanelVectors) {
        const int vectors = min_of(kMixedPanelVectors, s.point_blocks - first);
        const size_t numbers = mixed_numbers(vectors, kWidth);
        for (int v = 0; v < vectors; ++v) {
            const int point = (first + v) * kWidth;
            const float* from = keys + static_cast<size_t>(point) * kWidth;
            int16_t* column = panel + v * kWidth;
            if (v == vectors - 1) {
                transpose_keys(s, from, s.points - point,
                               [&](int k, Vector x) KERNEL_LAMBDA { store_floats(column + k * numbers, x); });
                continue;
            }
            const Vector scales =
                scales_of_rows<kWidth>(from, static_cast<size_t>(s.points) * kWidth, s.qk_blocks, limit);
            const Vector factors = factors_of_scales(scales);
            store(call.scratch + s.key_scales + point, scales);
            transpose_keys(s, from, kWidth, [&](int k, Vector x) KERNEL_LAMBDA {
                vst1_s16(column + k * numbers, integers_of(x, factors));
            });
        }
        panel += numbers * s.qk_blocks * kWidth;
    }
}

// One head of v as blocks of rows, and the numbers from one to the next: where it lies, or gathered.
KERNEL_INLINE const float* head_values(const AttentionCall& call, const MixedAttentionScratch& s, size_t sample,
                                       int kv_head, size_t& stride) {
    const size_t all_points = call.batch * s.points * kWidth;
    if (call.v_channels % kWidth == 0) {
        stride = all_points;
        return call.v + static_cast<size_t>(kv_head) * s.v_blocks * stride + sample * s.points * kWidth;
    }
    stride = static_cast<size_t>(s.points) * kWidth;
    float* rows = call.scratch + s.value_rows;
    for (int point = 0; point < s.points; ++point) {
        gather_channels(call.v, all_points, sample * s.points + point, kv_head * call.v_channels, call.v_channels,
                        call.scratch);
        for (int block = 0; block < s.v_blocks; ++block) {
            store(rows + block * stride + point * kWidth, load(call.scratch + block * kWidth));
        }
    }
    return rows;
}

// Values become the weights of a product over the points, those beyond the last zeros.
void pack_mixed_values(const AttentionCall& call, const MixedAttentionScratch& s, size_t sample, int kv_head) {
    size_t stride = 0;
    const float* from = head_values(call, s, sample, kv_head, stride);
    int16_t* panel = mixed_integers_at(call, s.values);
    const int padded_points = s.point_blocks * kWidth;
    for (int first = 0; first < s.v_blocks; first += kMixedPanelVectors) {
        const int vectors = min_of(kMixedPanelVectors, s.v_blocks - first);
        const size_t numbers = mixed_numbers(vectors, kWidth);
        for (int v = 0; v < vectors; ++v, from += stride) {
            int16_t* to = panel + v * kWidth;
            if (v == vectors - 1) {
                for (int point = 0; point < padded_points; ++point, to += numbers) {
                    store_floats(to, point < s.points ? load(from + point * kWidth) : Vector{});
                }
                continue;
            }
            Vector largest{};
            for (int point = 0; point < s.points; ++point) {
                const Vector x = load(from + point * kWidth);
                largest = larger(largest, larger(x, -x));
            }
            const Vector scales = largest * (1 / kMostValue), factors = factors_of_scales(scales);
            store(call.scratch + s.value_scales + (first + v) * kWidth, scales);
            for (int point = 0; point < padded_points; ++point, to += numbers) {
                vst1_s16(to, point < s.points ? integers_of(load(from + point * kWidth), factors) : vdup_n_s16(0));
            }
        }
        panel += numbers * padded_points;
    }
}

MixedRows mixed_queries(const AttentionCall& call, const MixedAttentionScratch& s) {
    const size_t stride = static_cast<size_t>(s.points) * kWidth;
    return {call.scratch + s.queries, stride, mixed_integers_at(call, s.query_integers), stride,
            call.scratch + s.query_scales};
}

// c = in * weights for `rows` rows, `vectors` blocks of columns of as many panels as it takes; rows of c are
// kMixedScoreRows apart from block to block.
KERNEL_INLINE void multiply_mixed_panels(const MixedRows& in, int rows, const int16_t* weights, int vectors, int blocks,
                                         const float* column_scales, float* c) {
    constexpr size_t kStride = static_cast<size_t>(kMixedScoreRows) * kWidth;
    for (int vector = 0; vector < vectors; vector += kMixedPanelVectors) {
        const int of_panel = min_of(kMixedPanelVectors, vectors - vector);
        multiply_mixed_panel(in, rows, weights, of_panel, blocks, column_scales + vector * kWidth, c + vector * kStride,
                             kStride);
        weights += mixed_numbers(of_panel, kWidth) * blocks * kWidth;
    }
}

void attend_mixed_head(const AttentionCall& call, const MixedAttentionScratch& s, size_t sample, int head) {
    constexpr size_t kStride = static_cast<size_t>(kMixedScoreRows) * kWidth;
    const float most_sum = most_sum_of_probabilities(s.points);
    float* scores = call.scratch + s.scores;
    float* results = call.scratch + s.results;
    alignas(sizeof(Vector)) float factors[kMixedScoreRows] = {};
    float scales[kMixedScoreRows], shares[kMixedScoreRows];
    const MixedRows queries = mixed_queries(call, s);
    const MixedRows exponentials{scores, kStride, mixed_integers_at(call, s.probabilities), kStride, scales};
    for (int first = 0; first < s.points; first += kMixedScoreRows) {
        const int count = min_of(kMixedScoreRows, s.points - first);
        multiply_mixed_panels(queries.from(first), count, mixed_integers_at(call, s.keys), s.point_blocks, s.qk_blocks,
                              call.scratch + s.key_scales, scores);
        for (int r = 0; r < count; ++r) {
            const float total = exponentials_of_row<kMixedScoreRows, 4>(scores + r * kWidth, s.points);
            factors[r] = probability_factor(most_sum, total);
            scales[r] = 1 / factors[r], shares[r] = 1 / total;
        }
        for (int r = 0; r < count; r += kMixedRows) {
            round_rows<kMixedRows>(exponentials.from(r), s.point_blocks, load(factors + r));
        }
        multiply_mixed_panels(exponentials, count, mixed_integers_at(call, s.values), s.v_blocks, s.point_blocks,
                              call.scratch + s.value_scales, results);
        scatter_results<kMixedScoreRows>(call, results, sample * s.points + first, head, count, shares);
    }
}

void mixed_attention(const AttentionCall& call) {
    const MixedAttentionScratch s(call);
    clear_padding(call, call.batch * s.points);
    const int sharing = call.heads / call.kv_heads;
    for (size_t sample = 0; sample < call.batch; ++sample) {
        for (int head = 0; head < call.heads; ++head) {
            if (head % sharing == 0) {
                pack_mixed_keys(call, s, sample, head / sharing);
                pack_mixed_values(call, s, sample, head / sharing);
            }
            pack_queries(call, s, sample, head);
            quantize_mixed_rows(mixed_queries(call, s), s.points, s.qk_blocks, most_of_query(s.qk_blocks * kWidth),
                                false);
            attend_mixed_head(call, s, sample, head);
        }
    }
}

size_t mixed_attention_scratch_floats(const AttentionCall& call) {
    return MixedAttentionScratch(call).total;
}
