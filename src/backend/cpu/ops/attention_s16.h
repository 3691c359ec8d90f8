// SPDX-License-Identifier: MIT
#pragma once

#include "backend/cpu/ops/attention.h"
#include "backend/cpu/ops/attention_f32.h"
#include "backend/cpu/ops/attention_limits.h"
#include "backend/cpu/ops/gemm_s16.h"
#include "backend/cpu/ops/layout.h"
#include "backend/cpu/ops/s16.h"
#include "backend/cpu/simd/activation.h"
#include "backend/cpu/simd/vector_s16.h"

#if defined(__AVX2__)

namespace katago::cpu {

namespace {

// Attention whose products are of 16-bit integers: queries with a scale a row, keys and values a scale a column,
// probabilities a scale a row; softmax in floats.

// Rows of scores at a time: with the head's keys and values they should stay in the first-level cache, or nearly.
constexpr int kScoreRows = kWidth > 8 ? kMaxIntegerRows : 2 * kMaxIntegerRows;

// Where things lie in the scratch memory of a call, in floats.
struct AttentionS16Scratch {
    explicit AttentionS16Scratch(const AttentionCall& call)
        : points(call.height * call.width),
          point_blocks(static_cast<int>(blocks_of(points))),
          point_units(s16_blocks_of(points, kWidth)),
          qk_units(s16_blocks_of(call.qk_channels, kWidth)),
          v_blocks(static_cast<int>(blocks_of(call.v_channels))) {
        const size_t padded_points = static_cast<size_t>(point_units) * kS16Block;
        const size_t head_width = static_cast<size_t>(v_blocks > 2 * qk_units ? v_blocks : 2 * qk_units) * kWidth;
        query_scales = kWidth * head_width;  // after the rows of kWidth points
        key_scales = query_scales + padded_points;
        never = key_scales + padded_points;
        value_scales = never + padded_points;
        scores = value_scales + static_cast<size_t>(v_blocks) * kWidth;
        results = scores + padded_points * kScoreRows;
        queries = results + static_cast<size_t>(v_blocks) * kScoreRows * kWidth;
        keys = queries + padded_points * qk_units * kWidth;
        values = keys + padded_points * qk_units * kWidth;
        probabilities = values + padded_points * v_blocks * kWidth / 2;
        total = probabilities + padded_points * kScoreRows / 2;
    }
    int points, point_blocks, point_units, qk_units, v_blocks;
    size_t query_scales, key_scales, never, value_scales, scores, results;  // floats
    size_t queries, keys, values, probabilities;                            // integers, two a float
    size_t total;
};

KERNEL_INLINE int16_t* s16_at(const AttentionCall& call, size_t offset) {
    return reinterpret_cast<int16_t*>(call.scratch + offset);
}

// kWidth points (those beyond the board's last count as zeros) of one head of q or k, rotated, as integers:
// store_rows(unit, rows) gets one unit of all of them, already divided by their scales.
template <class StoreRows>
KERNEL_INLINE void quantize_points(const AttentionCall& call, const AttentionS16Scratch& s, const float* from,
                                   size_t sample, int first, int head, int kv_head, float* scales,
                                   const StoreRows& store_rows) {
    const size_t stride = call.batch * s.points * kWidth, row_floats = static_cast<size_t>(s.qk_units) * kS16Block;
    const int count = min_of(kWidth, s.points - first), blocks = static_cast<int>(blocks_of(call.qk_channels));
    const float limit = most_of_query(static_cast<int>(row_floats));
    Vector largest[kWidth] = {};
    for (int r = 0; r < count; ++r) {
        const int point = first + r;
        float* row = call.scratch + r * row_floats;
        gather_channels(from, stride, sample * s.points + point, head * call.qk_channels, call.qk_channels, row);
        rotate_row(call, kv_head, point, blocks, row);
        for (int block = blocks; block < 2 * s.qk_units; ++block) store(row + block * kWidth, Vector{});
        for (int block = 0; block < blocks; ++block) {
            largest[r] = larger(largest[r], magnitude(load(row + block * kWidth)));
        }
    }
    alignas(sizeof(Vector)) float factors[kWidth];
    scales_of(largest_lanes(largest), limit, factors, scales + first);
    for (int unit = 0; unit < s.qk_units; ++unit) {
        IntLanes rows[kWidth] = {};
        for (int r = 0; r < count; ++r) {
            const float* at = call.scratch + r * row_floats + unit * kS16Block;
            rows[r] = s16_block_of(load(at) * factors[r], load(at + kWidth) * factors[r]);
        }
        store_rows(unit, rows);
    }
}

// Queries as [unit][padded points][kS16Block]. Their scales take in what else scores are multiplied by: one over the
// square root of the channels, and the logarithm that lets powers of two serve for powers of e.
void quantize_queries(const AttentionCall& call, const AttentionS16Scratch& s, size_t sample, int head) {
    constexpr float kLeastScale = 1e-20f;  // keeps what is never seen apart from the scores of a query of zeros
    const float scale = kLog2E / __builtin_sqrtf(static_cast<float>(call.qk_channels));
    const size_t padded_points = static_cast<size_t>(s.point_units) * kS16Block;
    float* scales = call.scratch + s.query_scales;
    int16_t* queries = s16_at(call, s.queries);
    for (int first = 0; first < s.points; first += kWidth) {
        quantize_points(call, s, call.q, sample, first, head, head / (call.heads / call.kv_heads), scales,
                        [&](int unit, const IntLanes* rows) KERNEL_LAMBDA {
                            auto* to =
                                reinterpret_cast<IntLanes*>(queries + (unit * padded_points + first) * kS16Block);
                            for (int r = 0; r < kWidth; ++r) to[r] = rows[r];
                        });
        store(scales + first, larger(load(scales + first) * scale, all(kLeastScale)));
    }
}

// The key of each point becomes a column of packed panels; columns beyond the last point are zero.
void quantize_keys(const AttentionCall& call, const AttentionS16Scratch& s, size_t sample, int kv_head) {
    float* scales = call.scratch + s.key_scales;
    int16_t* keys = s16_at(call, s.keys);
    for (int block = 0; block < s.point_blocks; ++block) {
        const int first_of_panel = block / kPanelVectors * kPanelVectors;
        const int vectors = min_of(kPanelVectors, s.point_blocks - first_of_panel);
        int16_t* panel = keys + static_cast<size_t>(first_of_panel) * s.qk_units * kWidth * kS16Block;
        quantize_points(call, s, call.k, sample, block * kWidth, kv_head, kv_head, scales,
                        [&](int unit, IntLanes* rows) KERNEL_LAMBDA {
                            transpose(rows);
                            auto* to = reinterpret_cast<IntLanes*>(panel) + unit * kWidth * vectors;
                            for (int pair = 0; pair < kWidth; ++pair) {
                                to[pair * vectors + block - first_of_panel] = rows[pair];
                            }
                        });
    }
}

// Values become the weights of a product over the points.
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
    for (int point = 0; point < s.point_units * kS16Block; point += 2) {
        const int lane = point % kWidth, half = point % kS16Block / kWidth;
        const size_t pair = point / kS16Block * kWidth + lane / 4 * 4 + half * 2 + lane % 4 / 2;
        IntLanes* to = nullptr;
        const auto place = [&](int block) KERNEL_LAMBDA {
            const int panel = block / kPanelVectors * kPanelVectors,
                      columns = min_of(kPanelVectors, s.v_blocks - panel);
            const size_t offset =
                (static_cast<size_t>(panel) * s.point_units * kWidth + pair * columns + block - panel);
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

// Scores of kRows queries with kVectors vectors of keys, but for the scale of the query; `never` is added, and the
// largest of each row so far kept, lane by lane.
//   scores    [vector][kScoreRows][width]
template <int kRows, int kVectors>
void score_tile(const int16_t* queries, size_t query_stride, const int16_t* keys, int units, const float* key_scales,
                const float* never, float* scores, Vector* largest) {
    constexpr size_t kStride = static_cast<size_t>(kScoreRows) * kWidth;
    IntLanes sum[kRows][kVectors];
    sum_s16_products(queries, query_stride, keys, units, sum);
    Vector scale[kVectors], offset[kVectors];
    unroll<kVectors>([&](auto v) KERNEL_LAMBDA {
        constexpr int kVector = decltype(v)::value;
        scale[kVector] = load(key_scales + kVector * kWidth);
        offset[kVector] = load(never + kVector * kWidth);
    });
    unroll<kRows>([&](auto r) KERNEL_LAMBDA {
        constexpr int kRow = decltype(r)::value;
        Vector most = largest[kRow];
        unroll<kVectors>([&](auto v) KERNEL_LAMBDA {
            constexpr int kVector = decltype(v)::value;
            const Vector score = __builtin_convertvector(sum[kRow][kVector], Vector) * scale[kVector] + offset[kVector];
            store(scores + kVector * kStride + kRow * kWidth, score);
            most = larger(most, score);
        });
        largest[kRow] = most;
    });
}

using ScoreTileFunction = void (*)(const int16_t*, size_t, const int16_t*, int, const float*, const float*, float*,
                                   Vector*);
struct ScoreTileTable {
    ScoreTileFunction of[kPanelVectors][kMaxIntegerRows];  // [vectors - 1][rows - 1]
};
template <int... kIndex>
constexpr ScoreTileTable make_score_tile_table(std::integer_sequence<int, kIndex...>) {
    return {{{score_tile<kIndex + 1, 1>...}, {score_tile<kIndex + 1, 2>...}}};
}
constexpr ScoreTileTable kScoreTiles = make_score_tile_table(std::make_integer_sequence<int, kMaxIntegerRows>{});

// Turns rows of scores, [point block][kScoreRows][width], into integer probabilities, [point
// unit][kScoreRows][kS16Block].
//   largest              of each row, lane by lane
//   scales               of the scores of each row
//   probability_scales   of what each row becomes
KERNEL_INLINE void probabilities_of_rows(float* scores, int blocks, int count, const Vector* largest,
                                         const float* scales, int16_t* probabilities, float* probability_scales) {
    constexpr size_t kStride = static_cast<size_t>(kScoreRows) * kWidth;
    const PowerOfTwo<4> power_of_two;
    const float most_sum = most_sum_of_probabilities(blocks * kWidth);
    float factors[kScoreRows];
    for (int r = 0; r < count; ++r) {
        float* row = scores + r * kWidth;
        const Vector scale = all(scales[r]), most = all(largest_of(largest[r]) * scales[r]);
        Vector sum{};
        for (int block = 0; block < blocks; ++block) {
            const Vector e = power_of_two(load(row + block * kStride) * scale - most);
            store(row + block * kStride, e);
            sum += e;
        }
        const float total = sum_of(sum);
        factors[r] = probability_factor(most_sum, total);  // the largest exponential is 1
        probability_scales[r] = 1 / (factors[r] * total);
    }
    for (int r = 0; r < count; ++r) {
        const Vector factor = all(factors[r]);
        const float* from = scores + r * kWidth;
        int16_t* to = probabilities + r * kS16Block;
        for (int unit = 0; unit < blocks / 2; ++unit, from += 2 * kStride, to += 2 * kStride) {
            store_s16_block(to, load(from) * factor, load(from + kStride) * factor);
        }
        if (blocks % 2 != 0) store_s16_block(to, load(from) * factor, Vector{});
    }
}

// Up to kScoreRows rows of scores with the head's keys.
KERNEL_INLINE void score_rows(const AttentionCall& call, const AttentionS16Scratch& s, int first, int count,
                              Vector* largest) {
    const size_t query_stride = static_cast<size_t>(s.point_units) * kS16Block * kS16Block;
    const size_t block_size = static_cast<size_t>(s.qk_units) * kWidth * kS16Block;
    const int16_t* queries = s16_at(call, s.queries) + static_cast<size_t>(first) * kS16Block;
    const int tiles = (count + kMaxIntegerRows - 1) / kMaxIntegerRows;
    for (int r = 0; r < count; ++r) largest[r] = all(-1e30f);
    for (int block = 0; block < s.point_blocks; block += kPanelVectors) {
        const int vectors = min_of(kPanelVectors, s.point_blocks - block), column = block * kWidth;
        for (int tile = 0, row = 0; tile < tiles; ++tile) {
            const int rows = count / tiles + (tile < count % tiles ? 1 : 0);
            kScoreTiles.of[vectors - 1][rows - 1](
                queries + row * kS16Block, query_stride, s16_at(call, s.keys) + block * block_size, s.qk_units,
                call.scratch + s.key_scales + column, call.scratch + s.never + column,
                call.scratch + s.scores + static_cast<size_t>(column) * kScoreRows + row * kWidth, largest + row);
            row += rows;
        }
    }
}

// out = probabilities * values for up to kScoreRows rows with their scales; vectors of `out` are out_stride floats
// apart.
KERNEL_INLINE void mix_values(const AttentionCall& call, const AttentionS16Scratch& s, int count, const float* scales,
                              float* out, size_t out_stride) {
    const int tiles = (count + kMaxIntegerRows - 1) / kMaxIntegerRows;
    for (int vector = 0; vector < s.v_blocks; vector += kPanelVectors) {
        const int vectors = min_of(kPanelVectors, s.v_blocks - vector);
        for (int tile = 0, row = 0; tile < tiles; ++tile) {
            const int rows = count / tiles + (tile < count % tiles ? 1 : 0);
            kS16Tiles.of[vectors - 1][rows - 1](
                s16_at(call, s.probabilities) + row * kS16Block, static_cast<size_t>(kScoreRows) * kS16Block,
                s16_at(call, s.values) + static_cast<size_t>(vector) * s.point_units * kWidth * kS16Block,
                s.point_units, scales + row, call.scratch + s.value_scales + vector * kWidth,
                {out + vector * out_stride + row * kWidth, out_stride});
            row += rows;
        }
    }
}

void attend_s16_head(const AttentionCall& call, const AttentionS16Scratch& s, size_t sample, int head) {
    const size_t out_stride = call.batch * s.points * kWidth;
    Vector largest[kScoreRows];
    float scales[kScoreRows];
    for (int first = 0; first < s.points; first += kScoreRows) {
        const int count = min_of(kScoreRows, s.points - first);
        const size_t first_row = sample * s.points + first;
        score_rows(call, s, first, count, largest);
        probabilities_of_rows(call.scratch + s.scores, s.point_blocks, count, largest,
                              call.scratch + s.query_scales + first, s16_at(call, s.probabilities), scales);
        if (call.v_channels % kWidth == 0) {
            const size_t block = static_cast<size_t>(head) * s.v_blocks;
            mix_values(call, s, count, scales, call.out + block * out_stride + first_row * kWidth, out_stride);
        } else {
            mix_values(call, s, count, scales, call.scratch + s.results, static_cast<size_t>(kScoreRows) * kWidth);
            scatter_results<kScoreRows>(call, call.scratch + s.results, first_row, head, count, nullptr);
        }
    }
}

void attention_s16(const AttentionCall& call) {
    constexpr float kNever = -1e30f;
    const AttentionS16Scratch s(call);
    clear_padding(call, call.batch * s.points);
    const int sharing = call.heads / call.kv_heads;
    for (int point = 0; point < s.point_blocks * kWidth; ++point) {
        call.scratch[s.never + point] = point < s.points ? 0 : kNever;
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
