// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "backend/cpu/ops/attention/attention.h"
#include "backend/cpu/ops/attention/attention_rows.h"
#include "backend/cpu/ops/gemm_f32.h"
#include "backend/cpu/ops/layout.h"
#include "backend/cpu/simd/activation.h"
#include "backend/cpu/simd/vector.h"

namespace katago::cpu {

namespace {

// attention_f32: softmax attention of every point with every point, in floats, on every processor. Head by head, keys
// and values are packed in panels as weights are, so that both gemms are those of gemm_f32. A few rows of queries at a
// time are multiplied with the keys, their scores become exponentials in place and are multiplied with the values; the
// sum of a row's exponentials divides its results last.

constexpr int kQueryRows = 2 * kMaxRows;

// The layout of the scratch memory of a call, in floats.
struct AttentionScratch {
    explicit AttentionScratch(const AttentionCall& call)
        : points(call.height * call.width),
          point_blocks(static_cast<int>(blocks_of(points))),
          qk_blocks(static_cast<int>(blocks_of(call.qk_channels))),
          v_blocks(static_cast<int>(blocks_of(call.v_channels))) {
        queries = kWidth * static_cast<size_t>(qk_blocks > v_blocks ? qk_blocks : v_blocks);  // after one head's row
        keys = queries + static_cast<size_t>(qk_blocks) * points * kWidth;
        values = keys + static_cast<size_t>(point_blocks) * kWidth * qk_blocks * kWidth;
        scores = values + static_cast<size_t>(v_blocks) * kWidth * point_blocks * kWidth;
        results = scores + static_cast<size_t>(point_blocks) * kQueryRows * kWidth;
        total = results + static_cast<size_t>(v_blocks) * kQueryRows * kWidth;
    }
    int points, point_blocks, qk_blocks, v_blocks;
    size_t queries, keys, values, scores, results, total;
};

// One head of q or k at all points, rotated and times a factor, as [block][points][width].
KERNEL_INLINE void pack_points(const AttentionCall& call, const AttentionScratch& s, const float* from, size_t sample,
                               int head, int kv_head, float factor, float* out) {
    const size_t stride = call.batch * s.points * kWidth;
    float* row = call.scratch;
    for (int point = 0; point < s.points; ++point) {
        gather_channels(from, stride, sample * s.points + point, head * call.qk_channels, call.qk_channels, row);
        rotate_row(call, kv_head, point, s.qk_blocks, row);
        for (int block = 0; block < s.qk_blocks; ++block) {
            store(out + (static_cast<size_t>(block) * s.points + point) * kWidth, load(row + block * kWidth) * factor);
        }
    }
}

void pack_queries(const AttentionCall& call, const AttentionScratch& s, size_t sample, int head) {
    const float scale = kLog2E / __builtin_sqrtf(static_cast<float>(call.qk_channels));
    pack_points(call, s, call.q, sample, head, head / (call.heads / call.kv_heads), scale, call.scratch + s.queries);
}

// Packs the key of each point as a column of panels whose K dimension is qk_channels; columns beyond the last point are
// zero.
void pack_keys(const AttentionCall& call, const AttentionScratch& s, size_t sample, int kv_head) {
    const size_t stride = call.batch * s.points * kWidth;
    float* row = call.scratch;
    for (int point = 0; point < s.point_blocks * kWidth; ++point) {
        const int block = point / kWidth, panel = block / kPanelVectors * kPanelVectors;
        const int columns = min_of(kPanelVectors, s.point_blocks - panel) * kWidth;
        float* column = call.scratch + s.keys + static_cast<size_t>(panel) * kWidth * call.qk_channels +
                        (block - panel) * kWidth + point % kWidth;
        const bool real = point < s.points;
        if (real) {
            gather_channels(call.k, stride, sample * s.points + point, kv_head * call.qk_channels, call.qk_channels,
                            row);
            rotate_row(call, kv_head, point, s.qk_blocks, row);
        }
        for (int c = 0; c < call.qk_channels; ++c) column[static_cast<size_t>(c) * columns] = real ? row[c] : 0.0f;
    }
}

// Packs the values as panels whose K dimension is the points.
void pack_values(const AttentionCall& call, const AttentionScratch& s, size_t sample, int kv_head) {
    const size_t stride = call.batch * s.points * kWidth;
    float* row = call.scratch;
    for (int point = 0; point < s.points; ++point) {
        gather_channels(call.v, stride, sample * s.points + point, kv_head * call.v_channels, call.v_channels, row);
        for (int block = 0; block < s.v_blocks; ++block) {
            const int panel = block / kPanelVectors * kPanelVectors;
            const int columns = min_of(kPanelVectors, s.v_blocks - panel) * kWidth;
            float* to = call.scratch + s.values + static_cast<size_t>(panel) * kWidth * s.points +
                        static_cast<size_t>(point) * columns + (block - panel) * kWidth;
            store(to, load(row + block * kWidth));
        }
    }
}

// c = a * b for all panels; blocks of c are kQueryRows rows apart.
KERNEL_INLINE void gemm_panels_f32(const float* a, size_t a_stride, const float* b, int depth, int vectors, int rows,
                                   float* c) {
    constexpr size_t kStride = static_cast<size_t>(kQueryRows) * kWidth;
    for (int vector = 0; vector < vectors; vector += kPanelVectors) {
        gemm_panel_f32(a, a_stride, b + static_cast<size_t>(vector) * depth * kWidth, depth,
                       min_of(kPanelVectors, vectors - vector), rows, c + vector * kStride, kStride, false);
    }
}

// Scores, exponentials and results of one head, kQueryRows queries at a time.
void attend_f32_head(const AttentionCall& call, const AttentionScratch& s, size_t sample, int head) {
    float* scores = call.scratch + s.scores;
    const size_t query_stride = static_cast<size_t>(s.points) * kWidth;
    for (int first = 0; first < s.points; first += kQueryRows) {
        const int count = min_of(kQueryRows, s.points - first);
        gemm_panels_f32(call.scratch + s.queries + static_cast<size_t>(first) * kWidth, query_stride,
                        call.scratch + s.keys, call.qk_channels, s.point_blocks, count, scores);
        float factors[kQueryRows];
        for (int r = 0; r < count; ++r) {
            factors[r] = 1 / exponentials_of_row<kQueryRows, 5>(scores + r * kWidth, s.points);
        }
        gemm_panels_f32(scores, static_cast<size_t>(kQueryRows) * kWidth, call.scratch + s.values, s.points, s.v_blocks,
                        count, call.scratch + s.results);
        scatter_results<kQueryRows>(call, call.scratch + s.results, sample * s.points + first, head, count, factors);
    }
}

void attention_f32(const AttentionCall& call) {
    const AttentionScratch s(call);
    clear_padding(call, call.batch * s.points);
    const int sharing = call.heads / call.kv_heads;
    for (size_t sample = 0; sample < call.batch; ++sample) {
        for (int head = 0; head < call.heads; ++head) {
            if (head % sharing == 0) {
                pack_keys(call, s, sample, head / sharing);
                pack_values(call, s, sample, head / sharing);
            }
            pack_queries(call, s, sample, head);
            attend_f32_head(call, s, sample, head);
        }
    }
}

size_t attention_f32_scratch(const AttentionCall& call) {
    return AttentionScratch(call).total;
}

constexpr AttentionKernel kAttentionF32 = {
    .name = "attention_f32",
    .arithmetic = Arithmetic::Fp32,
    .scratch_floats = attention_f32_scratch,
    .run = attention_f32,
};

}  // namespace

}  // namespace katago::cpu
