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
constexpr int kScoreRows = kMaxIntegerRows;
constexpr int kScoreScales = (kScoreRows + kWidth - 1) / kWidth * kWidth;  // whole vectors of a number a row

// The layout of the scratch memory of a call, in floats.
struct AttentionS16Scratch {
    explicit AttentionS16Scratch(const AttentionCall& call)
        : points(call.height * call.width),
          point_blocks(static_cast<int>(blocks_of(points))),
          point_s16_blocks(s16_blocks_of(points, kWidth)),
          qk_s16_blocks(s16_blocks_of(call.qk_channels, kWidth)),
          v_blocks(static_cast<int>(blocks_of(call.v_channels))) {
        padded_points = static_cast<size_t>(point_s16_blocks) * kS16Block;
        query_scales = static_cast<size_t>(2 * qk_s16_blocks) * kWidth * kWidth;  // after the rows of kWidth points
        key_scales = query_scales + padded_points;
        mask = key_scales + padded_points;
        value_scales = mask + padded_points;
        scores = value_scales + static_cast<size_t>(v_blocks) * kWidth;
        results = scores + padded_points * kScoreRows;
        queries = results + static_cast<size_t>(v_blocks) * kScoreRows * kWidth;
        keys = queries + padded_points * qk_s16_blocks * kWidth;
        values = keys + padded_points * qk_s16_blocks * kWidth;
        probabilities = values + padded_points * v_blocks * kWidth / 2;
        value_rows = probabilities + padded_points * kScoreRows / 2;
        total = value_rows + (call.v_channels % kWidth == 0 ? 0 : padded_points * v_blocks * kWidth);
    }
    int points, point_blocks, point_s16_blocks, qk_s16_blocks, v_blocks;
    size_t padded_points;
    size_t query_scales, key_scales, mask, value_scales, scores, results, value_rows;  // floats
    size_t queries, keys, values, probabilities;                                       // 16-bit integers, two a float
    size_t total;
};

// Quantizes one head of q or k at kWidth points (those beyond the board's last count as zeros), rotated:
// store_rows(s16_block, rows) gets one channel block of all of them, already divided by their scales.
template <class StoreRows>
KERNEL_INLINE void quantize_points(const AttentionCall& call, const AttentionS16Scratch& s, const float* from,
                                   size_t sample, int first, int head, int kv_head, float* scales,
                                   const StoreRows& store_rows) {
    constexpr size_t kStride = static_cast<size_t>(kWidth) * kWidth;
    const int blocks = static_cast<int>(blocks_of(call.qk_channels));
    const int count = min_of(kWidth, s.points - first);
    const HeadRows rows = head_rows(call, from, sample, head, call.qk_channels, first, count, call.scratch, kWidth);
    Vector largest[kWidth] = {};
    for (int r = 0, x = first % call.width, y = first / call.width; r < count; ++r) {
        const Rotation rotation = rotation_at(call, kv_head, x, y, blocks);
        const float* row = rows.from + r * kWidth;
        float* to = call.scratch + r * kWidth;
        Vector most{};
        const auto take = [&](auto is_rotated) KERNEL_LAMBDA {
            for (int block = 0; block < blocks; ++block, row += rows.stride, to += kStride) {
                Vector v = load(row);
                if constexpr (decltype(is_rotated)::value != 0) v = rotated(v, rotation, block);
                most = larger(most, magnitude(v));
                store(to, v);
            }
        };
        rotation.by_x == nullptr ? take(Constant<0>{}) : take(Constant<1>{});
        largest[r] = most;
        if (++x == call.width) x = 0, ++y;
    }
    for (int r = count; r < kWidth; ++r) {
        for (int block = 0; block < blocks; ++block) store(call.scratch + block * kStride + r * kWidth, Vector{});
    }
    alignas(sizeof(Vector)) float factors[kWidth];
    scales_of(largest_lanes(largest), query_limit(s.qk_s16_blocks * kS16Block), factors, scales + first);
    for (int s16_block = 0; s16_block < s.qk_s16_blocks; ++s16_block) {
        const float* low = call.scratch + 2 * s16_block * kStride;
        const bool has_high = 2 * s16_block + 1 < blocks;
        IntLanes quantized[kWidth];
        unroll<kWidth>([&](auto i) KERNEL_LAMBDA {
            constexpr int kRow = decltype(i)::value;
            const Vector factor = all(factors[kRow]);
            const Vector high = has_high ? load(low + kStride + kRow * kWidth) : Vector{};
            quantized[kRow] = s16_block_of(load(low + kRow * kWidth) * factor, high * factor);
        });
        store_rows(s16_block, quantized);
    }
}

// Quantizes the queries, as [channel block][padded points][kS16Block]. Their scales take in what else scores are
// multiplied by: one over the square root of the channels, and the logarithm that lets powers of two serve for powers
// of e.
void quantize_queries(const AttentionCall& call, const AttentionS16Scratch& s, size_t sample, int head) {
    constexpr float kLeastScale = 1e-20f;  // keeps the mask apart from the scores of a query of zeros
    const float scale = kLog2E / __builtin_sqrtf(static_cast<float>(call.qk_channels));
    float* scales = call.scratch + s.query_scales;
    int16_t* queries = s16_at(call, s.queries);
    for (int first = 0; first < s.points; first += kWidth) {
        quantize_points(
            call, s, call.q, sample, first, head, head / (call.heads / call.kv_heads), scales,
            [&](int s16_block, const IntLanes* rows) KERNEL_LAMBDA {
                auto* to = reinterpret_cast<IntLanes*>(queries + (s16_block * s.padded_points + first) * kS16Block);
                unroll<kWidth>([&](auto r) KERNEL_LAMBDA { to[decltype(r)::value] = rows[decltype(r)::value]; });
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
                            unroll<kWidth>([&](auto i) KERNEL_LAMBDA {
                                constexpr int kPair = decltype(i)::value;
                                to[kPair * vectors + block - first_of_panel] = rows[kPair];
                            });
                        });
    }
}

// The largest magnitude of each column of one vector of values, over all points.
KERNEL_INLINE Vector largest_of_columns(const float* values, int points) {
    constexpr int kAccumulators = 4;  // or each comparison would wait for the one before it
    Vector largest[kAccumulators] = {};
    int point = 0;
    for (; point + kAccumulators <= points; point += kAccumulators, values += kAccumulators * kWidth) {
        unroll<kAccumulators>([&](auto i) KERNEL_LAMBDA {
            constexpr int kIndex = decltype(i)::value;
            largest[kIndex] = larger(largest[kIndex], magnitude(load(values + kIndex * kWidth)));
        });
    }
    for (; point < points; ++point, values += kWidth) largest[0] = larger(largest[0], magnitude(load(values)));
    return larger(larger(largest[0], largest[1]), larger(largest[2], largest[3]));
}

// Quantizes the values to the weights of a gemm whose K dimension is the points: each column with the scale that its
// largest magnitude asks for, the points in pairs, which lie beside each other in the low and the high half of a 32-bit
// lane. See s16.h for the order of the pairs.
void quantize_values(const AttentionCall& call, const AttentionS16Scratch& s, size_t sample, int kv_head) {
    const HeadRows rows =
        head_rows(call, call.v, sample, kv_head, call.v_channels, 0, s.points, call.scratch + s.value_rows, s.points);
    const float* from = rows.from;
    float* scales = call.scratch + s.value_scales;
    for (int block = 0; block < s.v_blocks; ++block, from += rows.stride, scales += kWidth) {
        const int panel = block / kPanelVectors * kPanelVectors, columns = min_of(kPanelVectors, s.v_blocks - panel);
        auto* to = reinterpret_cast<IntLanes*>(s16_at(call, s.values)) +
                   static_cast<size_t>(panel) * s.point_s16_blocks * kWidth + block - panel;
        alignas(sizeof(Vector)) float factors[kWidth];
        scales_of(largest_of_columns(from, s.points), kMostValue, factors, scales);
        const Vector factor = load(factors);
        const auto store_pair = [&](int pair, Vector even, Vector odd) KERNEL_LAMBDA {
            to[pair * columns] = (round_to_int32(even * factor) & 0xffff) | (round_to_int32(odd * factor) << 16);
        };
        const auto pair_of = [](int lane, int second_vector)
                                 KERNEL_LAMBDA { return lane / 4 * 4 + second_vector * 2 + lane % 4 / 2; };
        int point = 0;
        for (; point + kS16Block <= s.points; point += kS16Block, to += kWidth * columns) {
            unroll<kWidth>([&](auto i) KERNEL_LAMBDA {
                constexpr int kPoint = 2 * decltype(i)::value;
                const float* row = from + (point + kPoint) * kWidth;
                store_pair(pair_of(kPoint % kWidth, kPoint / kWidth), load(row), load(row + kWidth));
            });
        }
        if (point == s.points) continue;
        for (int i = 0; i < kS16Block; i += 2, point += 2) {
            const float* row = from + point * kWidth;
            store_pair(pair_of(i % kWidth, i / kWidth), point < s.points ? load(row) : Vector{},
                       point + 1 < s.points ? load(row + kWidth) : Vector{});
        }
    }
}

}  // namespace

}  // namespace katago::cpu

#endif
