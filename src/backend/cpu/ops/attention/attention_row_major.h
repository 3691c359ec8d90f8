// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "backend/cpu/ops/attention/attention.h"
#include "backend/cpu/ops/attention/attention_rows.h"
#include "backend/cpu/ops/row_major.h"
#include "backend/cpu/simd/vector.h"

namespace katago::cpu {

namespace {

// Attention whose two products are a library's. The heads that share keys and values are one problem: their queries
// stand below each other. All matrices are row-major, and their rows padded to whole vectors, with zeros where they are
// multiplied; so are the points, whose keys and values beyond the last are zero.

// The matrices of a call, as offsets in its scratch memory, in floats.
struct RowMajorHeads {
    // At most `most_rows` rows of scores are there at a time.
    RowMajorHeads(const AttentionCall& call, int most_rows)
        : points(call.height * call.width),
          rows(call.heads / call.kv_heads * points),
          rows_at_once(min_of(most_rows, rows)),
          padded_points(static_cast<int>(row_floats(points))),
          qk_channels(static_cast<int>(row_floats(call.qk_channels))),
          v_channels(static_cast<int>(row_floats(call.v_channels))) {
        keys = static_cast<size_t>(rows) * qk_channels;
        values = keys + static_cast<size_t>(padded_points) * qk_channels;
        scores = values + static_cast<size_t>(padded_points) * v_channels;
        results = scores + static_cast<size_t>(rows_at_once) * padded_points;
        sums = results + static_cast<size_t>(rows_at_once) * v_channels;
        total = sums + row_floats(rows_at_once);
    }
    int points, rows, rows_at_once, padded_points, qk_channels, v_channels;
    size_t queries = 0, keys, values, scores, results, sums, total;
};

// One head of queries or keys at all points of a board, rotated and times a factor.
KERNEL_INLINE void rotated_rows(const AttentionCall& call, const RowMajorHeads& m, const float* from, size_t sample,
                                int head, int kv_head, float factor, float* out) {
    const size_t stride = call.batch * m.points * kWidth;
    for (int point = 0; point < m.points; ++point, out += m.qk_channels) {
        gather_channels(from, stride, sample * m.points + point, head * call.qk_channels, call.qk_channels, out);
        rotate_row(call, kv_head, point, m.qk_channels / kWidth, out);
        for (int c = 0; c < m.qk_channels; c += kWidth) store(out + c, load(out + c) * factor);
    }
}

KERNEL_INLINE void clear_rows(float* from, const float* end) {
    for (; from != end; from += kWidth) store(from, Vector{});
}

// The operands of both products, of the heads that share keys and values.
void operands_to_rows(const AttentionCall& call, const RowMajorHeads& m, size_t sample, int kv_head) {
    const float scale = kLog2E / __builtin_sqrtf(static_cast<float>(call.qk_channels));
    const size_t stride = call.batch * m.points * kWidth;
    const int sharing = call.heads / call.kv_heads;
    float* const queries = call.scratch + m.queries;
    for (int i = 0; i < sharing; ++i) {
        rotated_rows(call, m, call.q, sample, kv_head * sharing + i, kv_head, scale,
                     queries + static_cast<size_t>(i) * m.points * m.qk_channels);
    }
    float* const keys = call.scratch + m.keys;
    rotated_rows(call, m, call.k, sample, kv_head, kv_head, 1, keys);
    clear_rows(keys + static_cast<size_t>(m.points) * m.qk_channels, call.scratch + m.values);
    float* values = call.scratch + m.values;
    for (int point = 0; point < m.points; ++point, values += m.v_channels) {
        gather_channels(call.v, stride, sample * m.points + point, kv_head * call.v_channels, call.v_channels, values);
    }
    clear_rows(values, call.scratch + m.scores);
}

// The factor of each row's results: one over the sum of the exponentials, which replace its scores.
void scores_to_exponentials(const AttentionCall& call, const RowMajorHeads& m, int count) {
    for (int r = 0; r < count; ++r) {
        float* const row = call.scratch + m.scores + static_cast<size_t>(r) * m.padded_points;
        call.scratch[m.sums + r] = 1 / exponentials_of_row<1, 5>(row, m.points);
    }
}

// Brings results of rows [first, first + count) into the blocks of the output.
void results_to_blocks(const AttentionCall& call, const RowMajorHeads& m, size_t sample, int kv_head, int first,
                       int count) {
    for (int r = 0; r < count; ++r) {
        const int head = kv_head * (call.heads / call.kv_heads) + (first + r) / m.points;
        scatter_results<1>(call, call.scratch + m.results + static_cast<size_t>(r) * m.v_channels,
                           sample * m.points + (first + r) % m.points, head, 1, call.scratch + m.sums + r);
    }
}

// Computes a call. The library makes
//   multiply_keys(queries, keys, scores, count)     scores[count][padded_points] = queries * keys, transposed
//   multiply_values(scores, values, results, count)    results[count][v_channels] = scores * values
template <class MultiplyKeys, class MultiplyValues>
KERNEL_INLINE void attend_row_major(const AttentionCall& call, const RowMajorHeads& m,
                                    const MultiplyKeys& multiply_keys, const MultiplyValues& multiply_values) {
    clear_padding(call, call.batch * m.points);
    float* const scratch = call.scratch;
    for (size_t sample = 0; sample < call.batch; ++sample) {
        for (int kv_head = 0; kv_head < call.kv_heads; ++kv_head) {
            operands_to_rows(call, m, sample, kv_head);
            for (int first = 0; first < m.rows; first += m.rows_at_once) {
                const int count = min_of(m.rows_at_once, m.rows - first);
                multiply_keys(scratch + m.queries + static_cast<size_t>(first) * m.qk_channels, scratch + m.keys,
                              scratch + m.scores, count);
                scores_to_exponentials(call, m, count);
                multiply_values(scratch + m.scores, scratch + m.values, scratch + m.results, count);
                results_to_blocks(call, m, sample, kv_head, first, count);
            }
        }
    }
}

}  // namespace

}  // namespace katago::cpu
