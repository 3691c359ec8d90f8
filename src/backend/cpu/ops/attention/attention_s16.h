// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "backend/cpu/ops/attention/attention.h"
#include "backend/cpu/ops/attention/attention_rows.h"
#include "backend/cpu/ops/attention/attention_s16_pack.h"
#include "backend/cpu/ops/gemm_s16.h"
#include "backend/cpu/ops/layout.h"
#include "backend/cpu/simd/activation.h"
#include "backend/cpu/simd/tiles.h"
#include "backend/cpu/simd/vector.h"
#include "backend/cpu/simd/vector_s16.h"

#if defined(__SSE4_1__)

namespace katago::cpu {

namespace {

// attention_s16: softmax attention whose gemms are of 16-bit integers, for x86 with SSE4.1 or more. Queries and
// probabilities are quantized with a scale a row, keys and values with a scale a column (attention_s16_pack.h); softmax
// is in floats. Of a few rows of queries at a time, scores with all keys leave the micro-kernel as floats with the
// largest of each row, become probabilities, are quantized and multiplied with the values.

// The micro-kernel of scores: kRows queries times kVectors vectors of keys, without the scales of the queries. It adds
// the mask and keeps the largest score of each row so far, lane by lane.
//   scores    [row][score_stride]
template <int kRows, int kVectors>
void score_tile(const int16_t* queries, size_t query_stride, const int16_t* keys, int s16_blocks,
                const float* key_scales, const float* mask, float* scores, size_t score_stride, Vector* largest) {
    IntLanes sum[kRows][kVectors];
    accumulate_s16_tile(queries, query_stride, keys, s16_blocks, sum);
    Vector scale[kVectors], offset[kVectors];
    unroll<kVectors>([&](auto v) KERNEL_LAMBDA {
        constexpr int kVector = decltype(v)::value;
        scale[kVector] = load(key_scales + kVector * kWidth);
        offset[kVector] = load(mask + kVector * kWidth);
    });
    unroll<kRows>([&](auto r) KERNEL_LAMBDA {
        constexpr int kRow = decltype(r)::value;
        Vector most = largest[kRow];
        unroll<kVectors>([&](auto v) KERNEL_LAMBDA {
            constexpr int kVector = decltype(v)::value;
            const Vector score = __builtin_convertvector(sum[kRow][kVector], Vector) * scale[kVector] + offset[kVector];
            store(scores + kVector * kWidth, score);
            most = larger(most, score);
        });
        largest[kRow] = most;
        scores = next_address(scores, score_stride);
    });
}

using ScoreTile = void (*)(const int16_t*, size_t, const int16_t*, int, const float*, const float*, float*, size_t,
                           Vector*);
constexpr auto kScoreTiles = make_tile_table<ScoreTile, kPanelVectors, kMaxIntegerRows>(
    [](auto rows, auto vectors) { return score_tile<decltype(rows)::value, decltype(vectors)::value>; });

// Exponentials of a row of scores, the largest of which becomes nearly kMostProbability, as integers in channel blocks
// of points that lie kScoreRows rows apart. Returns their sum, in units of the largest.
//   most    the largest score
//   scale   of the scores
KERNEL_INLINE float quantize_exponentials(const float* scores, int blocks, float most, float scale, int16_t* to) {
    constexpr size_t kStride = static_cast<size_t>(kScoreRows) * kS16Block;
    constexpr int kOne = static_cast<int>(kMostProbability);
    const PowerOfTwo<3, kOne> power_of_two;
    const Vector factor = all(scale), offset = all(most * scale);
    Vector sum{};
    for (int pair = 0; pair < blocks / 2; ++pair, scores += kS16Block, to += kStride) {
        Vector e[2] = {load(scores) * factor - offset, load(scores + kWidth) * factor - offset};
        power_of_two.raise(e);
        sum += e[0] + e[1];
        store_s16_block(to, e[0], e[1]);
    }
    if (blocks % 2 != 0) {
        const Vector e = power_of_two(load(scores) * factor - offset);
        sum += e;
        store_s16_block(to, e, Vector{});
    }
    return sum_of(sum) / kOne;
}

// Makes the exponentials of `count` rows smaller where sums of products with values could overflow otherwise, and turns
// their totals, [kScoreScales], into the scales of probabilities: one over the sum of a row, of
// its integers where they were made smaller, since they then are small, and all rounded the same way where equal.
KERNEL_INLINE void limit_exponentials(int16_t* exponentials, int s16_blocks, int count, float* totals) {
    constexpr size_t kStride = static_cast<size_t>(kScoreRows) * kS16Block;
    constexpr int kFractions = 32768;
    const float limit = probability_sum_limit(s16_blocks * kS16Block);
    alignas(sizeof(Vector)) int fractions[kScoreScales];
    for (int r = 0; r < count; r += kWidth) {
        const Vector total = load(totals + r);
        const Vector reduced = limit * (kFractions / kMostProbability) / total;
        *reinterpret_cast<IntLanes*>(fractions + r) =
            __builtin_convertvector(smaller(reduced, all(kFractions)), IntLanes);
        store(totals + r, 1 / (total * kMostProbability));
    }
    for (int r = 0; r < count; ++r) {
        if (fractions[r] == kFractions) continue;
        const ShortLanes fraction = all_shorts(static_cast<int16_t>(fractions[r]));
        const auto ones = reinterpret_cast<IntLanes>(all_shorts(1));
        int16_t* row = exponentials + r * kS16Block;
        IntLanes sum{};
        for (int block = 0; block < s16_blocks; ++block, row += kStride) {
            const ShortLanes smaller_ones = times_fraction(load_shorts(row), fraction);
            store_shorts(row, smaller_ones);
            sum = add_pair_products(sum, reinterpret_cast<IntLanes>(smaller_ones), ones);
        }
        totals[r] = 1 / sum_of(__builtin_convertvector(sum, Vector));
    }
}

// scores = queries * keys for up to kScoreRows rows, and all keys of the head.
KERNEL_INLINE void gemm_scores(const AttentionCall& call, const AttentionS16Scratch& s, int first, int count,
                               Vector* largest) {
    const size_t query_stride = static_cast<size_t>(s.point_s16_blocks) * kS16Block * kS16Block;
    const size_t block_size = static_cast<size_t>(s.qk_s16_blocks) * kWidth * kS16Block;
    const int16_t* queries = s16_at(call, s.queries) + static_cast<size_t>(first) * kS16Block;
    const int tiles = even_parts<kMaxIntegerRows>(count);
    for (int r = 0; r < count; ++r) largest[r] = all(-1e30f);
    for (int block = 0; block < s.point_blocks; block += kPanelVectors) {
        const int vectors = min_of(kPanelVectors, s.point_blocks - block), column = block * kWidth;
        for (int tile = 0, row = 0; tile < tiles; ++tile) {
            const int rows = even_part_size(count, tiles, tile);
            kScoreTiles.of[vectors - 1][rows - 1](
                queries + row * kS16Block, query_stride, s16_at(call, s.keys) + block * block_size, s.qk_s16_blocks,
                call.scratch + s.key_scales + column, call.scratch + s.mask + column,
                call.scratch + s.scores + row * s.padded_points + column, s.padded_points, largest + row);
            row += rows;
        }
    }
}

// out = probabilities * values for up to kScoreRows rows with their scales; vectors of `out` are out_stride floats
// apart.
KERNEL_INLINE void gemm_values(const AttentionCall& call, const AttentionS16Scratch& s, int count, const float* scales,
                               float* out, size_t out_stride) {
    const int tiles = even_parts<kMaxIntegerRows>(count);
    for (int vector = 0; vector < s.v_blocks; vector += kPanelVectors) {
        const int vectors = min_of(kPanelVectors, s.v_blocks - vector);
        for (int tile = 0, row = 0; tile < tiles; ++tile) {
            const int rows = even_part_size(count, tiles, tile);
            kS16Tiles.of[vectors - 1][rows - 1](
                s16_at(call, s.probabilities) + row * kS16Block, static_cast<size_t>(kScoreRows) * kS16Block,
                s16_at(call, s.values) + static_cast<size_t>(vector) * s.point_s16_blocks * kWidth * kS16Block,
                s.point_s16_blocks, scales + row, call.scratch + s.value_scales + vector * kWidth,
                {out + vector * out_stride + row * kWidth, out_stride});
            row += rows;
        }
    }
}

// Scores, probabilities and results of one head, kScoreRows queries at a time.
void attend_s16_head(const AttentionCall& call, const AttentionS16Scratch& s, size_t sample, int head) {
    const size_t out_stride = call.batch * s.points * kWidth;
    Vector largest[kScoreRows];
    alignas(sizeof(Vector)) float scales[kScoreScales] = {};
    for (int first = 0; first < s.points; first += kScoreRows) {
        const int count = min_of(kScoreRows, s.points - first);
        const size_t first_row = sample * s.points + first;
        gemm_scores(call, s, first, count, largest);
        for (int r = 0; r < count; ++r) {
            scales[r] = quantize_exponentials(call.scratch + s.scores + r * s.padded_points, s.point_blocks,
                                              largest_of(largest[r]), call.scratch[s.query_scales + first + r],
                                              s16_at(call, s.probabilities) + r * kS16Block);
        }
        limit_exponentials(s16_at(call, s.probabilities), s.point_s16_blocks, count, scales);
        if (call.v_channels % kWidth == 0) {
            const size_t block = static_cast<size_t>(head) * s.v_blocks;
            gemm_values(call, s, count, scales, call.out + block * out_stride + first_row * kWidth, out_stride);
        } else {
            gemm_values(call, s, count, scales, call.scratch + s.results, static_cast<size_t>(kScoreRows) * kWidth);
            scatter_results<kScoreRows>(call, call.scratch + s.results, first_row, head, count, nullptr);
        }
    }
}

void attention_s16(const AttentionCall& call) {
    constexpr float kMasked = -1e30f;
    const AttentionS16Scratch s(call);
    clear_padding(call, call.batch * s.points);
    const int sharing = call.heads / call.kv_heads;
    for (int point = 0; point < s.point_blocks * kWidth; ++point) {
        call.scratch[s.mask + point] = point < s.points ? 0 : kMasked;
    }
    for (size_t sample = 0; sample < call.batch; ++sample) {
        for (int head = 0; head < call.heads; ++head) {
            if (head % sharing == 0) {
                quantize_keys(call, s, sample, head / sharing);
                quantize_values(call, s, sample, head / sharing);
            }
            quantize_queries(call, s, sample, head);
            attend_s16_head(call, s, sample, head);
        }
    }
}

size_t attention_s16_scratch(const AttentionCall& call) {
    return AttentionS16Scratch(call).total;
}

constexpr AttentionKernel kAttentionS16 = {
    .name = "attention_s16",
    .arithmetic = Arithmetic::Int16,
    .scratch_floats = attention_s16_scratch,
    .run = attention_s16,
};

}  // namespace

}  // namespace katago::cpu

#endif
