// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "backend/cpu/ops/attention/attention.h"
#include "backend/cpu/ops/attention/attention_rows.h"
#include "backend/cpu/ops/gemm_s16.h"
#include "backend/cpu/ops/layout.h"
#include "backend/cpu/ops/s16.h"
#include "backend/cpu/simd/activation.h"
#include "backend/cpu/simd/vector.h"
#include "backend/cpu/simd/vector_s16.h"

#if defined(__SSE4_1__)

namespace katago::cpu {

namespace {

// The operands of attention_s16: the scratch memory that they lie in, and their quantization to 16-bit integers.
// Queries have a scale a row; keys, whose points are the columns of the first gemm, and values a scale a column.

// The rows of scores that are computed at a time: with the head's keys and values they should stay in the first-level
// cache, or nearly.
constexpr int kScoreRows = kWidth > 8 ? kMaxIntegerRows : 2 * kMaxIntegerRows;

// The layout of the scratch memory of a call, in floats.
struct AttentionS16Scratch {
    explicit AttentionS16Scratch(const AttentionCall& call)
        : points(call.height * call.width),
          point_blocks(static_cast<int>(blocks_of(points))),
          point_s16_blocks(s16_blocks_of(points, kWidth)),
          qk_s16_blocks(s16_blocks_of(call.qk_channels, kWidth)),
          v_blocks(static_cast<int>(blocks_of(call.v_channels))) {
        const size_t padded_points = static_cast<size_t>(point_s16_blocks) * kS16Block;
        const size_t head_width =
            static_cast<size_t>(v_blocks > 2 * qk_s16_blocks ? v_blocks : 2 * qk_s16_blocks) * kWidth;
        query_scales = kWidth * head_width;  // after the rows of kWidth points
        key_scales = query_scales + padded_points;
        mask = key_scales + padded_points;
        value_scales = mask + padded_points;
        scores = value_scales + static_cast<size_t>(v_blocks) * kWidth;
        results = scores + padded_points * kScoreRows;
        queries = results + static_cast<size_t>(v_blocks) * kScoreRows * kWidth;
        keys = queries + padded_points * qk_s16_blocks * kWidth;
        values = keys + padded_points * qk_s16_blocks * kWidth;
        probabilities = values + padded_points * v_blocks * kWidth / 2;
        total = probabilities + padded_points * kScoreRows / 2;
    }
    int points, point_blocks, point_s16_blocks, qk_s16_blocks, v_blocks;
    size_t query_scales, key_scales, mask, value_scales, scores, results;  // floats
    size_t queries, keys, values, probabilities;                           // 16-bit integers, two a float
    size_t total;
};

// Quantizes one head of q or k at kWidth points (those beyond the board's last count as zeros), rotated:
// store_rows(s16_block, rows) gets one channel block of all of them, already divided by their scales.
template <class StoreRows>
KERNEL_INLINE void quantize_points(const AttentionCall& call, const AttentionS16Scratch& s, const float* from,
                                   size_t sample, int first, int head, int kv_head, float* scales,
                                   const StoreRows& store_rows) {
    const size_t stride = call.batch * s.points * kWidth, row_floats = static_cast<size_t>(s.qk_s16_blocks) * kS16Block;
    const int count = min_of(kWidth, s.points - first), blocks = static_cast<int>(blocks_of(call.qk_channels));
    const float limit = query_limit(static_cast<int>(row_floats));
    Vector largest[kWidth] = {};
    for (int r = 0; r < count; ++r) {
        const int point = first + r;
        float* row = call.scratch + r * row_floats;
        gather_channels(from, stride, sample * s.points + point, head * call.qk_channels, call.qk_channels, row);
        rotate_row(call, kv_head, point, blocks, row);
        for (int block = blocks; block < 2 * s.qk_s16_blocks; ++block) store(row + block * kWidth, Vector{});
        for (int block = 0; block < blocks; ++block) {
            largest[r] = larger(largest[r], magnitude(load(row + block * kWidth)));
        }
    }
    alignas(sizeof(Vector)) float factors[kWidth];
    scales_of(largest_lanes(largest), limit, factors, scales + first);
    for (int s16_block = 0; s16_block < s.qk_s16_blocks; ++s16_block) {
        IntLanes rows[kWidth] = {};
        for (int r = 0; r < count; ++r) {
            const float* at = call.scratch + r * row_floats + s16_block * kS16Block;
            rows[r] = s16_block_of(load(at) * factors[r], load(at + kWidth) * factors[r]);
        }
        store_rows(s16_block, rows);
    }
}

// Quantizes the queries, as [channel block][padded points][kS16Block]. Their scales take in what else scores are
// multiplied by: one over the square root of the channels, and the logarithm that lets powers of two serve for powers
// of e.
void quantize_queries(const AttentionCall& call, const AttentionS16Scratch& s, size_t sample, int head) {
    constexpr float kLeastScale = 1e-20f;  // keeps the mask apart from the scores of a query of zeros
    const float scale = kLog2E / __builtin_sqrtf(static_cast<float>(call.qk_channels));
    const size_t padded_points = static_cast<size_t>(s.point_s16_blocks) * kS16Block;
    float* scales = call.scratch + s.query_scales;
    int16_t* queries = s16_at(call, s.queries);
    for (int first = 0; first < s.points; first += kWidth) {
        quantize_points(call, s, call.q, sample, first, head, head / (call.heads / call.kv_heads), scales,
                        [&](int s16_block, const IntLanes* rows) KERNEL_LAMBDA {
                            auto* to =
                                reinterpret_cast<IntLanes*>(queries + (s16_block * padded_points + first) * kS16Block);
                            for (int r = 0; r < kWidth; ++r) to[r] = rows[r];
                        });
        store(scales + first, larger(load(scales + first) * scale, all(kLeastScale)));
    }
}

// Quantizes the key of each point to a column of packed panels; columns beyond the last point are zero.
void quantize_keys(const AttentionCall& call, const AttentionS16Scratch& s, size_t sample, int kv_head) {
    float* scales = call.scratch + s.key_scales;
    int16_t* keys = s16_at(call, s.keys);
    for (int block = 0; block < s.point_blocks; ++block) {
        const int first_of_panel = block / kPanelVectors * kPanelVectors;
        const int vectors = min_of(kPanelVectors, s.point_blocks - first_of_panel);
        int16_t* panel = keys + static_cast<size_t>(first_of_panel) * s.qk_s16_blocks * kWidth * kS16Block;
        quantize_points(call, s, call.k, sample, block * kWidth, kv_head, kv_head, scales,
                        [&](int s16_block, IntLanes* rows) KERNEL_LAMBDA {
                            transpose(rows);
                            auto* to = reinterpret_cast<IntLanes*>(panel) + s16_block * kWidth * vectors;
                            for (int pair = 0; pair < kWidth; ++pair) {
                                to[pair * vectors + block - first_of_panel] = rows[pair];
                            }
                        });
    }
}

// Quantizes the values to the weights of a gemm whose K dimension is the points. First the scale of each column, from
// its largest magnitude over all points; then the points in pairs, which lie beside each other in the low and the high
// half of a 32-bit lane: see s16.h for their order.
void quantize_values(const AttentionCall& call, const AttentionS16Scratch& s, size_t sample, int kv_head) {
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
        scales_of(load(scales + at), kMostValue, factors + at, scales + at);
    }
    int16_t* values = s16_at(call, s.values);
    for (int point = 0; point < s.point_s16_blocks * kS16Block; point += 2) {
        const int lane = point % kWidth, second_vector = point % kS16Block / kWidth;
        const size_t pair = point / kS16Block * kWidth + lane / 4 * 4 + second_vector * 2 + lane % 4 / 2;
        IntLanes* to = nullptr;
        const auto place = [&](int block) KERNEL_LAMBDA {
            const int panel = block / kPanelVectors * kPanelVectors,
                      columns = min_of(kPanelVectors, s.v_blocks - panel);
            const size_t offset =
                (static_cast<size_t>(panel) * s.point_s16_blocks * kWidth + pair * columns + block - panel);
            to = reinterpret_cast<IntLanes*>(values + offset * kS16Block);
        };
        if (point < s.points) gather(point);
        for (int block = 0; block < s.v_blocks; ++block) {
            place(block);
            const int at = block * kWidth;
            *to = point < s.points ? round_to_int32(load(row + at) * load(factors + at)) & 0xffff : IntLanes{};
        }
        if (point + 1 >= s.points) continue;
        gather(point + 1);
        for (int block = 0; block < s.v_blocks; ++block) {
            place(block);
            const int at = block * kWidth;
            *to |= round_to_int32(load(row + at) * load(factors + at)) << 16;
        }
    }
}

}  // namespace

}  // namespace katago::cpu

#endif
