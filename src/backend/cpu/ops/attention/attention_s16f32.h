// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "backend/cpu/ops/attention/attention.h"
#include "backend/cpu/ops/attention/attention_f32.h"
#include "backend/cpu/ops/attention/attention_rows.h"
#include "backend/cpu/ops/gemm_s16f32.h"
#include "backend/cpu/ops/s16.h"
#include "backend/cpu/ops/s16f32_rows.h"
#include "backend/cpu/simd/vector.h"

#if defined(__aarch64__) && !defined(__ARM_FEATURE_FP16_VECTOR_ARITHMETIC)

namespace katago::cpu {

namespace {

// attention_s16f32: softmax attention whose gemms are of 16-bit integers beside FP32, for Arm cores without FP16
// arithmetic. It works as attention_f32 does, with the gemms of gemm_s16f32: of three vectors of keys, and of three of
// values, two are integers with a scale a column. Queries and exponentials are there as both, integers with a scale a
// row; softmax is in floats.

// The rows of scores that are computed at a time: with a panel of values, they should stay in the first-level cache.
constexpr int kS16F32ScoreRows = 3 * kS16F32Rows;
static_assert(kS16F32ScoreRows <= kQueryRows);  // whose scratch memory they use

// The layout of the scratch memory of a call: that of AttentionScratch, whose keys and values are panels of both kinds
// here, then scales and integers.
struct AttentionS16F32Scratch : AttentionScratch {
    explicit AttentionS16F32Scratch(const AttentionCall& call) : AttentionScratch(call) {
        const size_t padded_points = static_cast<size_t>(point_blocks) * kWidth;
        query_scales = total;
        key_scales = query_scales + padded_points;
        value_scales = key_scales + padded_points;
        value_rows = value_scales + static_cast<size_t>(v_blocks) * kWidth;
        query_s16 = value_rows + static_cast<size_t>(v_blocks) * points * kWidth;
        probabilities = query_s16 + static_cast<size_t>(qk_blocks) * points * kWidth / 2;
        total = probabilities + padded_points * kS16F32ScoreRows / 2;
    }
    size_t query_scales, key_scales, value_scales, value_rows;  // floats
    size_t query_s16, probabilities;                            // 16-bit integers, two a float
};

// Stores floats of a panel, which may lie wherever its integers may.
KERNEL_INLINE void store_f32(int16_t* to, Vector v) {
    vst1q_f32(reinterpret_cast<float*>(to), reinterpret_cast<float32x4_t>(v));
}

// Transposes a square of kWidth vectors in place: lane i of row j becomes lane j of row i.
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

// Transposes the keys of kWidth points, [block][points][width], to a vector of columns of a panel: store_column(k,
// keys) gets channel k of all of them, zeros for those beyond the board's last.
template <class StoreColumn>
KERNEL_INLINE void transpose_keys(const AttentionS16F32Scratch& s, const float* keys, int count,
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

// Packs the key of each point as a column, of integers with a scale or of floats. Their floats lie, until then, where
// the queries will.
void pack_s16f32_keys(const AttentionCall& call, const AttentionS16F32Scratch& s, size_t sample, int kv_head) {
    const float limit = query_limit(s.qk_blocks * kWidth);
    const float* keys = call.scratch + s.queries;
    pack_points(call, s, call.k, sample, kv_head, kv_head, 1, call.scratch + s.queries);
    int16_t* panel = s16_at(call, s.keys);
    for (int first = 0; first < s.point_blocks; first += kS16F32PanelVectors) {
        const int vectors = min_of(kS16F32PanelVectors, s.point_blocks - first);
        const size_t numbers = s16f32_numbers(vectors, kWidth);
        for (int v = 0; v < vectors; ++v) {
            const int point = (first + v) * kWidth;
            const float* from = keys + static_cast<size_t>(point) * kWidth;
            int16_t* column = panel + v * kWidth;
            if (v == vectors - 1) {
                transpose_keys(s, from, s.points - point,
                               [&](int k, Vector x) KERNEL_LAMBDA { store_f32(column + k * numbers, x); });
                continue;
            }
            const Vector scales =
                scales_of_rows<kWidth>(from, static_cast<size_t>(s.points) * kWidth, s.qk_blocks, limit);
            const Vector factors = factors_of_scales(scales);
            store(call.scratch + s.key_scales + point, scales);
            transpose_keys(s, from, kWidth, [&](int k, Vector x) KERNEL_LAMBDA {
                vst1_s16(column + k * numbers, round_to_s16(x, factors));
            });
        }
        panel += numbers * s.qk_blocks * kWidth;
    }
}

// Packs the values as the weights of a gemm whose K dimension is the points, those beyond the last zeros.
void pack_s16f32_values(const AttentionCall& call, const AttentionS16F32Scratch& s, size_t sample, int kv_head) {
    const HeadRows rows =
        head_rows(call, call.v, sample, kv_head, call.v_channels, 0, s.points, call.scratch + s.value_rows, s.points);
    const float* from = rows.from;
    int16_t* panel = s16_at(call, s.values);
    const int padded_points = s.point_blocks * kWidth;
    for (int first = 0; first < s.v_blocks; first += kS16F32PanelVectors) {
        const int vectors = min_of(kS16F32PanelVectors, s.v_blocks - first);
        const size_t numbers = s16f32_numbers(vectors, kWidth);
        for (int v = 0; v < vectors; ++v, from += rows.stride) {
            int16_t* to = panel + v * kWidth;
            if (v == vectors - 1) {
                for (int point = 0; point < padded_points; ++point, to += numbers) {
                    store_f32(to, point < s.points ? load(from + point * kWidth) : Vector{});
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
                vst1_s16(to, point < s.points ? round_to_s16(load(from + point * kWidth), factors) : vdup_n_s16(0));
            }
        }
        panel += numbers * padded_points;
    }
}

// The queries as both kinds of rows.
S16F32Rows s16f32_queries(const AttentionCall& call, const AttentionS16F32Scratch& s) {
    const size_t stride = static_cast<size_t>(s.points) * kWidth;
    return {call.scratch + s.queries, stride, s16_at(call, s.query_s16), stride, call.scratch + s.query_scales};
}

// c = in * weights for `rows` rows and all panels of `vectors` vectors of columns; blocks of c are kS16F32ScoreRows
// rows apart.
KERNEL_INLINE void gemm_panels_s16f32(const S16F32Rows& in, int rows, const int16_t* weights, int vectors, int blocks,
                                      const float* column_scales, float* c) {
    constexpr size_t kStride = static_cast<size_t>(kS16F32ScoreRows) * kWidth;
    for (int vector = 0; vector < vectors; vector += kS16F32PanelVectors) {
        const int of_panel = min_of(kS16F32PanelVectors, vectors - vector);
        gemm_panel_s16f32(in, rows, weights, of_panel, blocks, column_scales + vector * kWidth, c + vector * kStride,
                          kStride);
        weights += s16f32_numbers(of_panel, kWidth) * blocks * kWidth;
    }
}

// Scores, exponentials and results of one head, kS16F32ScoreRows queries at a time.
void attend_s16f32_head(const AttentionCall& call, const AttentionS16F32Scratch& s, size_t sample, int head) {
    constexpr size_t kStride = static_cast<size_t>(kS16F32ScoreRows) * kWidth;
    const float sum_limit = probability_sum_limit(s.points);
    float* scores = call.scratch + s.scores;
    float* results = call.scratch + s.results;
    alignas(sizeof(Vector)) float factors[kS16F32ScoreRows] = {};
    float scales[kS16F32ScoreRows], shares[kS16F32ScoreRows];
    const S16F32Rows queries = s16f32_queries(call, s);
    const S16F32Rows exponentials{scores, kStride, s16_at(call, s.probabilities), kStride, scales};
    for (int first = 0; first < s.points; first += kS16F32ScoreRows) {
        const int count = min_of(kS16F32ScoreRows, s.points - first);
        gemm_panels_s16f32(queries.from(first), count, s16_at(call, s.keys), s.point_blocks, s.qk_blocks,
                           call.scratch + s.key_scales, scores);
        for (int r = 0; r < count; ++r) {
            const float total = exponentials_of_row<kS16F32ScoreRows, 4>(scores + r * kWidth, s.points);
            factors[r] = probability_factor(sum_limit, total);
            scales[r] = 1 / factors[r], shares[r] = 1 / total;
        }
        for (int r = 0; r < count; r += kS16F32Rows) {
            round_rows<kS16F32Rows>(exponentials.from(r), s.point_blocks, load(factors + r));
        }
        gemm_panels_s16f32(exponentials, count, s16_at(call, s.values), s.v_blocks, s.point_blocks,
                           call.scratch + s.value_scales, results);
        scatter_results<kS16F32ScoreRows>(call, results, sample * s.points + first, head, count, shares);
    }
}

void attention_s16f32(const AttentionCall& call) {
    const AttentionS16F32Scratch s(call);
    clear_padding(call, call.batch * s.points);
    const int sharing = call.heads / call.kv_heads;
    for (size_t sample = 0; sample < call.batch; ++sample) {
        for (int head = 0; head < call.heads; ++head) {
            if (head % sharing == 0) {
                pack_s16f32_keys(call, s, sample, head / sharing);
                pack_s16f32_values(call, s, sample, head / sharing);
            }
            pack_queries(call, s, sample, head);
            quantize_s16f32_rows(s16f32_queries(call, s), s.points, s.qk_blocks, query_limit(s.qk_blocks * kWidth),
                                 false);
            attend_s16f32_head(call, s, sample, head);
        }
    }
}

size_t attention_s16f32_scratch(const AttentionCall& call) {
    return AttentionS16F32Scratch(call).total;
}

// The name is that of the 16-bit attention of other cores, whose place it takes on these.
constexpr AttentionKernel kAttentionS16F32 = {
    .name = "attention_s16",
    .arithmetic = Arithmetic::Int16,
    .scratch_floats = attention_s16f32_scratch,
    .run = attention_s16f32,
};

}  // namespace

}  // namespace katago::cpu

#endif
