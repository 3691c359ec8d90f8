// SPDX-License-Identifier: MIT
#pragma once

#include "backend/cpu/ops/attention.h"
#include "backend/cpu/ops/attention_f32.h"
#include "backend/cpu/ops/gemm_f16.h"
#include "backend/cpu/simd/vector_f16.h"

#if defined(__ARM_FEATURE_FP16_VECTOR_ARITHMETIC)

namespace katago::cpu {

namespace {

// Attention as in attention.inl with queries, keys, values, probabilities and their exponentials in halves.

constexpr int kF16QueryRows = 3 * kMaxF16Rows;

// Exponentials are multiplied with this, and values divided by it: those of a row that are so far below its largest as
// to be lost are then smaller by as much, and products stay what they were.
constexpr int kExponentialShift = 5;
constexpr float kExponentialScale = 1 << kExponentialShift;

// Where things lie in the scratch memory of a call, in halves; first a row of floats.
struct AttentionF16Scratch {
    explicit AttentionF16Scratch(const AttentionCall& call)
        : points(call.height * call.width),
          point_units(fp16_blocks_of(points)),
          qk_units(fp16_blocks_of(call.qk_channels)),
          v_units(fp16_blocks_of(call.v_channels)) {
        const size_t padded = static_cast<size_t>(point_units) * kFp16Width;
        queries = 2 * static_cast<size_t>(kFp16Width) * (qk_units > v_units ? qk_units : v_units);
        keys = queries + static_cast<size_t>(qk_units) * points * kFp16Width;
        values = keys + padded * qk_units * kFp16Width;
        scores = values + padded * v_units * kFp16Width;
        results = scores + padded * kF16QueryRows;
        total = results + static_cast<size_t>(v_units) * kF16QueryRows * kFp16Width;
    }
    int points, point_units, qk_units, v_units;
    size_t queries, keys, values, scores, results, total;
};

// One head's channels of a row: blocks of floats, so many from one to the next.
struct HeadRow {
    const float* at;
    size_t stride;
};
// Where they lie, or where heads share blocks a copy of them.
KERNEL_INLINE HeadRow head_row(const float* in, size_t stride, size_t row, int first, int count, float* copy) {
    if (first % kWidth == 0 && count % kWidth == 0) return {in + first / kWidth * stride + row * kWidth, stride};
    gather_channels(in, stride, row, first, count, copy);
    return {copy, kWidth};
}
// One unit of such a row of so many blocks, rotated.
KERNEL_INLINE Fp16x8 fp16_block(const HeadRow& row, int blocks, int unit, const Rotation& rotation, float factor) {
    const auto block = [&](int i)
                           KERNEL_LAMBDA { return rotated(load(row.at + i * row.stride), rotation, i) * factor; };
    return fp16x8_of(block(2 * unit), 2 * unit + 1 < blocks ? block(2 * unit + 1) : Vector{});
}

void pack_f16_queries(const AttentionCall& call, const AttentionF16Scratch& s, size_t sample, int head) {
    const size_t stride = call.batch * s.points * kWidth;
    const float scale = kLog2E / __builtin_sqrtf(static_cast<float>(call.qk_channels));
    const int blocks = static_cast<int>(blocks_of(call.qk_channels)), kv_head = head / (call.heads / call.kv_heads);
    int16_t* queries = reinterpret_cast<int16_t*>(call.scratch) + s.queries;
    for (int point = 0; point < s.points; ++point) {
        const HeadRow row = head_row(call.q, stride, sample * s.points + point, head * call.qk_channels,
                                     call.qk_channels, call.scratch);
        const Rotation rotation = rotation_at(call, kv_head, point, blocks);
        for (int unit = 0; unit < s.qk_units; ++unit) {
            store_fp16x8(queries + (static_cast<size_t>(unit) * s.points + point) * kFp16Width,
                         fp16_block(row, blocks, unit, rotation, scale));
        }
    }
}

// The key of each point becomes a column of its panel; columns beyond the last point are never looked at.
void pack_f16_keys(const AttentionCall& call, const AttentionF16Scratch& s, size_t sample, int kv_head) {
    const size_t stride = call.batch * s.points * kWidth;
    const int blocks = static_cast<int>(blocks_of(call.qk_channels)), depth = s.qk_units * kFp16Width;
    int16_t* keys = reinterpret_cast<int16_t*>(call.scratch) + s.keys;
    for (int point = 0; point < s.point_units * kFp16Width; ++point) {
        int16_t* column = keys + static_cast<size_t>(point / kFp16Width) * depth * kFp16Width + point % kFp16Width;
        const bool real = point < s.points;
        HeadRow row{};
        Rotation rotation;
        if (real) {
            row = head_row(call.k, stride, sample * s.points + point, kv_head * call.qk_channels, call.qk_channels,
                           call.scratch);
            rotation = rotation_at(call, kv_head, point, blocks);
        }
        for (int unit = 0; unit < s.qk_units; ++unit, column += kFp16Width * kFp16Width) {
            const Fp16x8 x = real ? fp16_block(row, blocks, unit, rotation, 1) : Fp16x8{vdupq_n_f16(0)};
            const int16x8_t bits = vreinterpretq_s16_f16(x.v);
            unroll<kFp16Width>([&](auto i) KERNEL_LAMBDA {
                vst1q_lane_s16(column + decltype(i)::value * kFp16Width, bits, decltype(i)::value);
            });
        }
    }
}

// Divided by kExponentialScale. Rows beyond the last point are zeros.
void pack_f16_values(const AttentionCall& call, const AttentionF16Scratch& s, size_t sample, int kv_head) {
    const size_t stride = call.batch * s.points * kWidth;
    const int blocks = static_cast<int>(blocks_of(call.v_channels)), depth = s.point_units * kFp16Width;
    int16_t* values = reinterpret_cast<int16_t*>(call.scratch) + s.values;
    for (int point = 0; point < depth; ++point) {
        const bool real = point < s.points;
        HeadRow row{};
        if (real) {
            row = head_row(call.v, stride, sample * s.points + point, kv_head * call.v_channels, call.v_channels,
                           call.scratch);
        }
        for (int unit = 0; unit < s.v_units; ++unit) {
            store_fp16x8(values + (static_cast<size_t>(unit) * depth + point) * kFp16Width,
                         real ? fp16_block(row, blocks, unit, {}, 1 / kExponentialScale) : Fp16x8{vdupq_n_f16(0)});
        }
    }
}

// kExponentialScale * 2^x for x <= 0: relative error as of rounding to halves; falls to 0 at the least exponent.
struct Fp16Exponential {
    // The best polynomial for |r| <= 1/2 that is right at 0: relative error 1.0e-4.
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

// Turns a row of scores, [point unit][kF16QueryRows][8], into exponentials times kExponentialScale; returns
// what makes probabilities of them, divided by that of the values.
KERNEL_INLINE float fp16_exponentials_of_row(int16_t* scores, int points, int accumulation_depth) {
    constexpr size_t kStride = static_cast<size_t>(kF16QueryRows) * kFp16Width;
    constexpr int16_t kLowestFp16 = static_cast<int16_t>(0xfbff);  // -65504
    const int units = fp16_blocks_of(points), rest = points % kFp16Width;
    if (rest != 0) {
        for (int i = rest; i < kFp16Width; ++i) scores[(units - 1) * kStride + i] = kLowestFp16;
    }
    constexpr int kTogether = 4;
    const int whole = units / kTogether * kTogether;
    const auto score = [&](int unit) KERNEL_LAMBDA { return load_fp16x8(scores + unit * kStride).v; };
    float16x8_t largest = score(0);
    for (int unit = 0; unit < whole; unit += kTogether) {
        largest = vmaxnmq_f16(largest, vmaxnmq_f16(vmaxnmq_f16(score(unit), score(unit + 1)),
                                                   vmaxnmq_f16(score(unit + 2), score(unit + 3))));
    }
    for (int unit = whole; unit < units; ++unit) largest = vmaxnmq_f16(largest, score(unit));
    const float16x8_t most = vdupq_n_f16(vmaxnmvq_f16(largest));

    Vector low_sum{}, high_sum{};
    const Fp16Exponential exponential;
    const auto exponential_at = [&](int unit) KERNEL_LAMBDA {
        const Fp16x8 e = exponential(vsubq_f16(score(unit), most));
        store_fp16x8(scores + unit * kStride, e);
        return e;
    };
    // In halves a few at a time, where that is exact enough: to convert each takes half as long again as all the rest.
    const int together = accumulation_depth > kFp16Width ? whole : 0;
    for (int unit = 0; unit < together; unit += kTogether) {
        const Fp16x8 first = exponential_at(unit) + exponential_at(unit + 1);
        const Fp16x8 sum = first + (exponential_at(unit + 2) + exponential_at(unit + 3));
        low_sum += low_fp32(sum), high_sum += high_fp32(sum);
    }
    for (int unit = together; unit < units; ++unit) {
        const Fp16x8 e = exponential_at(unit);
        low_sum += low_fp32(e), high_sum += high_fp32(e);
    }
    return kExponentialScale / sum_of(low_sum + high_sum);
}

// Writes `count` rows of one head's results, [v unit][kF16QueryRows][8], into the output, each times its factor.
void scatter_f16_results(const AttentionCall& call, const int16_t* results, size_t first_row, int head, int count,
                         const float* factors) {
    const size_t stride = call.batch * call.height * call.width * kWidth;
    const int first = head * call.v_channels;
    const bool whole = call.v_channels % kWidth == 0;
    for (int unit = 0; unit < fp16_blocks_of(call.v_channels); ++unit) {
        for (int r = 0; r < count; ++r) {
            const Fp16x8 result = load_fp16x8(results + (unit * kF16QueryRows + r) * kFp16Width);
            const Vector parts[2] = {low_fp32(result) * factors[r], high_fp32(result) * factors[r]};
            for (int part = 0; part < 2; ++part) {
                const int channel = unit * kFp16Width + part * kWidth, left = call.v_channels - channel;
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

// c = a * b for all panels of b; rows of c are kF16QueryRows apart from unit to unit.
KERNEL_INLINE void multiply_f16_rows(const int16_t* a, size_t a_stride, const int16_t* b, int units,
                                     int accumulation_depth, int panels, int rows, int16_t* c) {
    for (int panel = 0; panel < panels; ++panel) {
        gemm_panel_f16(a, a_stride, b, units, accumulation_depth, rows, c);
        b += static_cast<size_t>(units) * kFp16Width * kFp16Width;
        c += static_cast<size_t>(kF16QueryRows) * kFp16Width;
    }
}

void attend_f16_head(const AttentionCall& call, const AttentionF16Scratch& s, size_t sample, int head) {
    int16_t* scratch = reinterpret_cast<int16_t*>(call.scratch);
    int16_t* scores = scratch + s.scores;
    for (int first = 0; first < s.points; first += kF16QueryRows) {
        const int count = min_of(kF16QueryRows, s.points - first);
        multiply_f16_rows(scratch + s.queries + static_cast<size_t>(first) * kFp16Width,
                          static_cast<size_t>(s.points) * kFp16Width, scratch + s.keys, s.qk_units,
                          call.accumulation_depth, s.point_units, count, scores);
        float factors[kF16QueryRows];
        for (int r = 0; r < count; ++r)
            factors[r] = fp16_exponentials_of_row(scores + r * kFp16Width, s.points, call.accumulation_depth);
        multiply_f16_rows(scores, static_cast<size_t>(kF16QueryRows) * kFp16Width, scratch + s.values, s.point_units,
                          call.accumulation_depth, s.v_units, count, scratch + s.results);
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
