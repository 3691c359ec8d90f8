// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "backend/cpu/ops/attention/attention.h"
#include "backend/cpu/ops/attention/attention_rows.h"
#include "backend/cpu/ops/gemm_f16.h"
#include "backend/cpu/simd/activation.h"
#include "backend/cpu/simd/fp16_storage.h"
#include "backend/cpu/simd/vector.h"
#include "backend/cpu/simd/vector_f16.h"

#if defined(__ARM_FEATURE_FP16_VECTOR_ARITHMETIC)

namespace katago::cpu {

namespace {

// attention_f16: softmax attention in FP16, for Armv8.2-A cores with FP16 arithmetic. It works as attention_f32 does,
// with the gemms of gemm_f16: queries, keys, values, scores and their exponentials are FP16, sums of exponentials and
// the factors of the results FP32.

constexpr int kF16QueryRows = 3 * kMaxF16Rows;

// Exponentials are multiplied with kExponentialScale, and values divided by it: the exponentials of a row that are so
// far below its largest as to be lost in FP16 are then smaller by as much, and their products with values are
// unchanged.
constexpr int kExponentialShift = 5;
constexpr float kExponentialScale = 1 << kExponentialShift;

// The layout of the scratch memory of a call, in FP16 numbers; first a row of floats.
struct AttentionF16Scratch {
    explicit AttentionF16Scratch(const AttentionCall& call)
        : points(call.height * call.width),
          point_blocks(fp16_blocks_of(points)),
          qk_blocks(fp16_blocks_of(call.qk_channels)),
          v_blocks(fp16_blocks_of(call.v_channels)) {
        const size_t padded = static_cast<size_t>(point_blocks) * kFp16Width;
        queries = 2 * static_cast<size_t>(kFp16Width) * (qk_blocks > v_blocks ? qk_blocks : v_blocks);
        keys = queries + static_cast<size_t>(qk_blocks) * points * kFp16Width;
        values = keys + padded * qk_blocks * kFp16Width;
        scores = values + padded * v_blocks * kFp16Width;
        results = scores + padded * kF16QueryRows;
        total = results + static_cast<size_t>(v_blocks) * kF16QueryRows * kFp16Width;
    }
    int points, point_blocks, qk_blocks, v_blocks;
    size_t queries, keys, values, scores, results, total;
};

// One head's channels of a row: blocks of floats, `stride` floats from one to the next.
struct HeadRow {
    const float* at;
    size_t stride;
};
// Those channels where they lie or, where heads share blocks, a copy of them.
KERNEL_INLINE HeadRow head_row(const float* in, size_t stride, size_t row, int first, int count, float* copy) {
    if (first % kWidth == 0 && count % kWidth == 0) return {in + first / kWidth * stride + row * kWidth, stride};
    gather_channels(in, stride, row, first, count, copy);
    return {copy, kWidth};
}
// One FP16 channel block of such a row of fp32_blocks blocks, rotated and times a factor.
KERNEL_INLINE Fp16x8 fp16_block(const HeadRow& row, int fp32_blocks, int block, const Rotation& rotation,
                                float factor) {
    const auto fp32_block = [&](int i)
                                KERNEL_LAMBDA { return rotated(load(row.at + i * row.stride), rotation, i) * factor; };
    return fp16x8_of(fp32_block(2 * block), 2 * block + 1 < fp32_blocks ? fp32_block(2 * block + 1) : Vector{});
}

// Packs the queries as [channel block][points][8].
void pack_f16_queries(const AttentionCall& call, const AttentionF16Scratch& s, size_t sample, int head) {
    const size_t stride = call.batch * s.points * kWidth;
    const float scale = kLog2E / __builtin_sqrtf(static_cast<float>(call.qk_channels));
    const int fp32_blocks = static_cast<int>(blocks_of(call.qk_channels)),
              kv_head = head / (call.heads / call.kv_heads);
    int16_t* queries = reinterpret_cast<int16_t*>(call.scratch) + s.queries;
    for (int point = 0; point < s.points; ++point) {
        const HeadRow row = head_row(call.q, stride, sample * s.points + point, head * call.qk_channels,
                                     call.qk_channels, call.scratch);
        const Rotation rotation = rotation_at(call, kv_head, point % call.width, point / call.width, fp32_blocks);
        for (int block = 0; block < s.qk_blocks; ++block) {
            store_fp16x8(queries + (static_cast<size_t>(block) * s.points + point) * kFp16Width,
                         fp16_block(row, fp32_blocks, block, rotation, scale));
        }
    }
}

// Packs the key of each point as a column of its panel; columns beyond the last point are never looked at.
void pack_f16_keys(const AttentionCall& call, const AttentionF16Scratch& s, size_t sample, int kv_head) {
    const size_t stride = call.batch * s.points * kWidth;
    const int fp32_blocks = static_cast<int>(blocks_of(call.qk_channels)), depth = s.qk_blocks * kFp16Width;
    int16_t* keys = reinterpret_cast<int16_t*>(call.scratch) + s.keys;
    for (int point = 0; point < s.point_blocks * kFp16Width; ++point) {
        int16_t* column = keys + static_cast<size_t>(point / kFp16Width) * depth * kFp16Width + point % kFp16Width;
        const bool real = point < s.points;
        HeadRow row{};
        Rotation rotation;
        if (real) {
            row = head_row(call.k, stride, sample * s.points + point, kv_head * call.qk_channels, call.qk_channels,
                           call.scratch);
            rotation = rotation_at(call, kv_head, point % call.width, point / call.width, fp32_blocks);
        }
        for (int block = 0; block < s.qk_blocks; ++block, column += kFp16Width * kFp16Width) {
            const Fp16x8 x = real ? fp16_block(row, fp32_blocks, block, rotation, 1) : Fp16x8{vdupq_n_f16(0)};
            const int16x8_t bits = vreinterpretq_s16_f16(x.v);
            unroll<kFp16Width>([&](auto i) KERNEL_LAMBDA {
                vst1q_lane_s16(column + decltype(i)::value * kFp16Width, bits, decltype(i)::value);
            });
        }
    }
}

// Packs the values, divided by kExponentialScale, as panels whose K dimension is the points; rows beyond the last point
// are zeros.
void pack_f16_values(const AttentionCall& call, const AttentionF16Scratch& s, size_t sample, int kv_head) {
    const size_t stride = call.batch * s.points * kWidth;
    const int fp32_blocks = static_cast<int>(blocks_of(call.v_channels)), depth = s.point_blocks * kFp16Width;
    int16_t* values = reinterpret_cast<int16_t*>(call.scratch) + s.values;
    for (int point = 0; point < depth; ++point) {
        const bool real = point < s.points;
        HeadRow row{};
        if (real) {
            row = head_row(call.v, stride, sample * s.points + point, kv_head * call.v_channels, call.v_channels,
                           call.scratch);
        }
        for (int block = 0; block < s.v_blocks; ++block) {
            store_fp16x8(
                values + (static_cast<size_t>(block) * depth + point) * kFp16Width,
                real ? fp16_block(row, fp32_blocks, block, {}, 1 / kExponentialScale) : Fp16x8{vdupq_n_f16(0)});
        }
    }
}

// kExponentialScale * 2^x for x <= 0, to the relative error of rounding to FP16; it falls to 0 at the least exponent.
struct Fp16Exponential {
    // The minimax polynomial for |r| <= 1/2 among those that are exact at 0: relative error 1.0e-4.
    Fp16x8 c0{vdupq_n_f16(kExponentialScale)};
    Fp16x8 c1{vdupq_n_f16(0.69328259f * kExponentialScale)};
    Fp16x8 c2{vdupq_n_f16(0.24220563f * kExponentialScale)};

    KERNEL_INLINE Fp16x8 operator()(float16x8_t x) const {
        constexpr float kRound = 1536.0f;  // 1.5 * 2^10: adding it leaves the nearest integer in the low bits
        constexpr float kLeast = -15 - kExponentialShift;
        x = vmaxnmq_f16(x, vdupq_n_f16(kLeast));
        const float16x8_t shifted = vaddq_f16(x, vdupq_n_f16(kRound));
        const float16x8_t r = vsubq_f16(x, vsubq_f16(shifted, vdupq_n_f16(kRound)));
        float16x8_t p = vfmaq_f16(start_from(c2).v, r, vdupq_n_f16(0.05500667f * kExponentialScale));
        p = vfmaq_f16(start_from(c1).v, p, r);
        p = vfmaq_f16(start_from(c0).v, p, r);
        return {vreinterpretq_f16_s16(
            vaddq_s16(vreinterpretq_s16_f16(p), vshlq_n_s16(vreinterpretq_s16_f16(shifted), 10)))};
    }
};

// Replaces a row of scores, [channel block of points][kF16QueryRows][8], by their exponentials times kExponentialScale;
// returns the factor of the row's results: kExponentialScale over the sum of these exponentials.
KERNEL_INLINE float fp16_exponentials_of_row(int16_t* scores, int points, int accumulation_depth) {
    constexpr size_t kStride = static_cast<size_t>(kF16QueryRows) * kFp16Width;
    constexpr int16_t kLowestFp16 = static_cast<int16_t>(0xfbff);  // -65504
    const int blocks = fp16_blocks_of(points), rest = points % kFp16Width;
    if (rest != 0) {
        for (int i = rest; i < kFp16Width; ++i) scores[(blocks - 1) * kStride + i] = kLowestFp16;
    }
    constexpr int kTogether = 4;
    const int whole = blocks / kTogether * kTogether;
    const auto score = [&](int block) KERNEL_LAMBDA { return load_fp16x8(scores + block * kStride).v; };
    float16x8_t largest = score(0);
    for (int block = 0; block < whole; block += kTogether) {
        largest = vmaxnmq_f16(largest, vmaxnmq_f16(vmaxnmq_f16(score(block), score(block + 1)),
                                                   vmaxnmq_f16(score(block + 2), score(block + 3))));
    }
    for (int block = whole; block < blocks; ++block) largest = vmaxnmq_f16(largest, score(block));
    const float16x8_t most = vdupq_n_f16(vmaxnmvq_f16(largest));

    Vector low_sum{}, high_sum{};
    const Fp16Exponential exponential;
    const auto exponential_at = [&](int block) KERNEL_LAMBDA {
        const Fp16x8 e = exponential(vsubq_f16(score(block), most));
        store_fp16x8(scores + block * kStride, e);
        return e;
    };
    // Sums of a few in FP16, where that is exact enough: to convert each takes half as long again as all the rest.
    const int together = accumulation_depth > kFp16Width ? whole : 0;
    for (int block = 0; block < together; block += kTogether) {
        const Fp16x8 first = exponential_at(block) + exponential_at(block + 1);
        const Fp16x8 sum = first + (exponential_at(block + 2) + exponential_at(block + 3));
        low_sum += low_fp32(sum), high_sum += high_fp32(sum);
    }
    for (int block = together; block < blocks; ++block) {
        const Fp16x8 e = exponential_at(block);
        low_sum += low_fp32(e), high_sum += high_fp32(e);
    }
    return kExponentialScale / sum_of(low_sum + high_sum);
}

// Writes `count` rows of one head's results, [channel block][kF16QueryRows][8], into the output, each times its factor.
void scatter_f16_results(const AttentionCall& call, const int16_t* results, size_t first_row, int head, int count,
                         const float* factors) {
    const size_t stride = call.batch * call.height * call.width * kWidth;
    const int first = head * call.v_channels;
    const bool whole = call.v_channels % kWidth == 0;
    for (int block = 0; block < fp16_blocks_of(call.v_channels); ++block) {
        for (int r = 0; r < count; ++r) {
            const Fp16x8 result = load_fp16x8(results + (block * kF16QueryRows + r) * kFp16Width);
            const Vector parts[2] = {low_fp32(result) * factors[r], high_fp32(result) * factors[r]};
            for (int part = 0; part < 2; ++part) {
                const int channel = block * kFp16Width + part * kWidth, left = call.v_channels - channel;
                if (left <= 0) break;
                if (whole) {
                    store(call.out + (first + channel) / kWidth * stride + (first_row + r) * kWidth, parts[part]);
                    continue;
                }
                for (int i = 0; i < min_of(kWidth, left); ++i) {
                    const int to = first + channel + i;
                    call.out[to / kWidth * stride + (first_row + r) * kWidth + to % kWidth] = parts[part][i];
                }
            }
        }
    }
}

// c = a * b for all panels of b; channel blocks of c are kF16QueryRows rows apart.
KERNEL_INLINE void gemm_panels_f16(const int16_t* a, size_t a_stride, const int16_t* b, int blocks,
                                   int accumulation_depth, int panels, int rows, int16_t* c) {
    for (int panel = 0; panel < panels; ++panel) {
        gemm_panel_f16(a, a_stride, b, blocks, accumulation_depth, rows, c);
        b += static_cast<size_t>(blocks) * kFp16Width * kFp16Width;
        c += static_cast<size_t>(kF16QueryRows) * kFp16Width;
    }
}

// Scores, exponentials and results of one head, kF16QueryRows queries at a time.
void attend_f16_head(const AttentionCall& call, const AttentionF16Scratch& s, size_t sample, int head) {
    int16_t* scratch = reinterpret_cast<int16_t*>(call.scratch);
    int16_t* scores = scratch + s.scores;
    for (int first = 0; first < s.points; first += kF16QueryRows) {
        const int count = min_of(kF16QueryRows, s.points - first);
        gemm_panels_f16(scratch + s.queries + static_cast<size_t>(first) * kFp16Width,
                        static_cast<size_t>(s.points) * kFp16Width, scratch + s.keys, s.qk_blocks,
                        call.accumulation_depth, s.point_blocks, count, scores);
        float factors[kF16QueryRows];
        for (int r = 0; r < count; ++r)
            factors[r] = fp16_exponentials_of_row(scores + r * kFp16Width, s.points, call.accumulation_depth);
        gemm_panels_f16(scores, static_cast<size_t>(kF16QueryRows) * kFp16Width, scratch + s.values, s.point_blocks,
                        call.accumulation_depth, s.v_blocks, count, scratch + s.results);
        scatter_f16_results(call, scratch + s.results, sample * s.points + first, head, count, factors);
    }
}

void attention_f16(const AttentionCall& call) {
    const AttentionF16Scratch s(call);
    clear_padding(call, call.batch * s.points);
    const int sharing = call.heads / call.kv_heads;
    for (size_t sample = 0; sample < call.batch; ++sample) {
        for (int head = 0; head < call.heads; ++head) {
            if (head % sharing == 0) {
                pack_f16_keys(call, s, sample, head / sharing);
                pack_f16_values(call, s, sample, head / sharing);
            }
            pack_f16_queries(call, s, sample, head);
            attend_f16_head(call, s, sample, head);
        }
    }
}

size_t attention_f16_scratch(const AttentionCall& call) {
    return (AttentionF16Scratch(call).total + 1) / 2;
}

constexpr AttentionKernel kAttentionF16 = {
    .name = "attention_f16",
    .arithmetic = Arithmetic::Fp16,
    .scratch_floats = attention_f16_scratch,
    .run = attention_f16,
};

}  // namespace

}  // namespace katago::cpu

#endif
