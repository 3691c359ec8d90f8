// SPDX-License-Identifier: MIT
#pragma once

#include "backend/cpu/ops/attention.h"
#include "backend/cpu/ops/gemm_f32.h"
#include "backend/cpu/ops/layout.h"
#include "backend/cpu/simd/activation.h"

namespace katago::cpu {

namespace {

// Softmax attention of every point with every point, head by head: keys and values are packed like weights, a few rows
// of queries at a time are multiplied, turned into probabilities in place and multiplied with the values.

constexpr int kQueryRows = 2 * kMaxRows;

// Where things lie in the scratch memory of a call.
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

// Channels [first, first + count) of a row, then zeros up to a whole vector.
KERNEL_INLINE void gather_channels(const float* in, size_t stride, size_t row, int first, int count, float* out) {
    if (first % kWidth == 0 && count % kWidth == 0) {
        const float* from = in + first / kWidth * stride + row * kWidth;
        for (int c = 0; c < count; c += kWidth, from += stride) store(out + c, load(from));
        return;
    }
    const int padded = static_cast<int>(blocks_of(count)) * kWidth;
    for (int c = 0; c < padded; ++c) {
        const int channel = first + c;
        out[c] = c < count ? in[channel / kWidth * stride + row * kWidth + channel % kWidth] : 0.0f;
    }
}

// What one head's row at a point of the board is rotated with: cosines, and `sines` floats after them sines. Null:
// none.
struct Rotation {
    const float* by_x = nullptr;
    const float* by_y = nullptr;
    size_t sines = 0;
};
KERNEL_INLINE Rotation rotation_at(const AttentionCall& call, int kv_head, int point, int blocks) {
    if (call.rope == nullptr) return {};
    const size_t sines = static_cast<size_t>(blocks) * kWidth, entry = 2 * sines;
    const float* head = call.rope + kv_head * (call.width + call.height) * entry;
    return {head + point % call.width * entry, head + (call.width + point / call.width) * entry, sines};
}
KERNEL_INLINE Vector rotate(Vector x, const float* cosines, const float* sines) {
    return x * load(cosines) + swap_pairs(x) * load(sines);
}
// A block of the row.
KERNEL_INLINE Vector rotated(Vector x, const Rotation& rotation, int block) {
    if (rotation.by_x == nullptr) return x;
    const float *by_x = rotation.by_x + block * kWidth, *by_y = rotation.by_y + block * kWidth;
    return rotate(rotate(x, by_x, by_x + rotation.sines), by_y, by_y + rotation.sines);
}
KERNEL_INLINE void rotate_row(const AttentionCall& call, int kv_head, int point, int blocks, float* row) {
    const Rotation rotation = rotation_at(call, kv_head, point, blocks);
    if (rotation.by_x == nullptr) return;
    for (int block = 0; block < blocks; ++block)
        store(row + block * kWidth, rotated(load(row + block * kWidth), rotation, block));
}

// One head of all points of q or k, rotated and times a factor, as [block][points][width].
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

// The key of each point becomes a column of packed panels of depth qk_channels; columns beyond the last point stay
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

// Turns a row of scores, [point block][kRowsAtOnce][width], into exponentials, the largest 1; returns their
// sum.
template <int kRowsAtOnce, int kTerms>
KERNEL_INLINE float exponentials_of_row(float* scores, int points) {
    constexpr size_t kStride = static_cast<size_t>(kRowsAtOnce) * kWidth;
    constexpr float kNever = -1e30f;
    const PowerOfTwo<kTerms> power_of_two;
    const int whole = points / kWidth, rest = points % kWidth;
    if (rest != 0) {
        for (int i = rest; i < kWidth; ++i) scores[whole * kStride + i] = kNever;
    }
    const int blocks = whole + (rest != 0 ? 1 : 0);
    // In several accumulators, or each comparison would wait for the one before it.
    constexpr int kAccumulators = 4;
    Vector accumulators[kAccumulators];
    for (int i = 0; i < kAccumulators; ++i) accumulators[i] = load(scores);
    int compared = 0;
    for (; compared + kAccumulators <= blocks; compared += kAccumulators) {
        unroll<kAccumulators>([&](auto i) KERNEL_LAMBDA {
            constexpr int kIndex = decltype(i)::value;
            accumulators[kIndex] = larger(accumulators[kIndex], load(scores + (compared + kIndex) * kStride));
        });
    }
    for (; compared < blocks; ++compared) accumulators[0] = larger(accumulators[0], load(scores + compared * kStride));
    const Vector most =
        all(largest_of(larger(larger(accumulators[0], accumulators[1]), larger(accumulators[2], accumulators[3]))));
    Vector sum{};
    const auto exponential_at = [&](int block) KERNEL_LAMBDA {
        const Vector e = power_of_two(load(scores + block * kStride) - most);
        store(scores + block * kStride, e);
        return e;
    };
    int block = 0;
    for (; block + 2 <= whole; block += 2) {  // two accumulators at a time
        const Vector first = exponential_at(block), second = exponential_at(block + 1);
        sum += first;
        sum += second;
    }
    if (block < whole) sum += exponential_at(block);
    float total = sum_of(sum);
    if (rest != 0) {
        const Vector e = exponential_at(whole);
        for (int i = 0; i < rest; ++i) total += e[i];
    }
    return total;
}

// Writes `count` rows of one head's results, [v block][kRowsAtOnce][width], into the output, each times its factor
// (null: all 1).
template <int kRowsAtOnce>
void scatter_results(const AttentionCall& call, const float* results, size_t first_row, int head, int count,
                     const float* factors) {
    const size_t stride = call.batch * call.height * call.width * kWidth;
    const int first = head * call.v_channels, blocks = static_cast<int>(blocks_of(call.v_channels));
    const bool whole = call.v_channels % kWidth == 0;
    for (int r = 0; r < count; ++r) {
        for (int block = 0; block < blocks; ++block) {
            const Vector result = load(results + (block * kRowsAtOnce + r) * kWidth);
            const Vector y = factors == nullptr ? result : result * factors[r];
            if (whole) {
                store(call.out + (first / kWidth + block) * stride + (first_row + r) * kWidth, y);
                continue;
            }
            for (int i = 0; i < min_of(kWidth, call.v_channels - block * kWidth); ++i) {
                const int channel = first + block * kWidth + i;
                call.out[channel / kWidth * stride + (first_row + r) * kWidth + channel % kWidth] = y[i];
            }
        }
    }
}

// c = a * b for all panels; rows of c are kQueryRows apart from block to block.
KERNEL_INLINE void multiply_rows(const float* a, size_t a_stride, const float* b, int depth, int vectors, int rows,
                                 float* c) {
    constexpr size_t kStride = static_cast<size_t>(kQueryRows) * kWidth;
    for (int vector = 0; vector < vectors; vector += kPanelVectors) {
        gemm_panel_f32(a, a_stride, b + static_cast<size_t>(vector) * depth * kWidth, depth,
                       min_of(kPanelVectors, vectors - vector), rows, c + vector * kStride, kStride, false);
    }
}

void attend_head(const AttentionCall& call, const AttentionScratch& s, size_t sample, int head) {
    float* scores = call.scratch + s.scores;
    const size_t query_stride = static_cast<size_t>(s.points) * kWidth;
    for (int first = 0; first < s.points; first += kQueryRows) {
        const int count = min_of(kQueryRows, s.points - first);
        multiply_rows(call.scratch + s.queries + static_cast<size_t>(first) * kWidth, query_stride,
                      call.scratch + s.keys, call.qk_channels, s.point_blocks, count, scores);
        float factors[kQueryRows];
        for (int r = 0; r < count; ++r) {
            factors[r] = 1 / exponentials_of_row<kQueryRows, 5>(scores + r * kWidth, s.points);
        }
        multiply_rows(scores, static_cast<size_t>(kQueryRows) * kWidth, call.scratch + s.values, s.points, s.v_blocks,
                      count, call.scratch + s.results);
        scatter_results<kQueryRows>(call, call.scratch + s.results, sample * s.points + first, head, count, factors);
    }
}

// The lanes of the last block of outputs that no channel owns.
void clear_padding(const AttentionCall& call, size_t rows) {
    const int channels = call.heads * call.v_channels, used = channels % kWidth;
    if (used == 0) return;
    float* block = call.out + channels / kWidth * rows * kWidth;
    for (size_t row = 0; row < rows; ++row) {
        for (int i = used; i < kWidth; ++i) block[row * kWidth + i] = 0;
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
            attend_head(call, s, sample, head);
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
