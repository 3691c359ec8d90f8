// SPDX-License-Identifier: MIT
// Attention as in attention.inl with queries, keys, values, probabilities and their exponentials in halves.

constexpr int kHalfQueryRows = 3 * kMaxHalfRows;

// Exponentials are multiplied with this, and values divided by it: those of a row that are so far below its largest as
// to be lost are then smaller by as much, and products stay what they were.
constexpr int kExponentialShift = 5;
constexpr float kExponentialScale = 1 << kExponentialShift;

// Where things lie in the scratch memory of a call, in halves; first a row of floats.
struct HalfAttentionScratch {
    explicit HalfAttentionScratch(const AttentionCall& call)
        : points(call.height * call.width),
          point_units(half_units_of(points)),
          qk_units(half_units_of(call.qk_channels)),
          v_units(half_units_of(call.v_channels)) {
        const size_t padded = static_cast<size_t>(point_units) * kHalves;
        queries = 2 * static_cast<size_t>(kHalves) * (qk_units > v_units ? qk_units : v_units);
        keys = queries + static_cast<size_t>(qk_units) * points * kHalves;
        values = keys + padded * qk_units * kHalves;
        scores = values + padded * v_units * kHalves;
        results = scores + padded * kHalfQueryRows;
        total = results + static_cast<size_t>(v_units) * kHalfQueryRows * kHalves;
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
KERNEL_INLINE Half half_unit(const HeadRow& row, int blocks, int unit, const Rotation& rotation, float factor) {
    const auto block = [&](int i)
                           KERNEL_LAMBDA { return rotated(load(row.at + i * row.stride), rotation, i) * factor; };
    return half_of(block(2 * unit), 2 * unit + 1 < blocks ? block(2 * unit + 1) : Vector{});
}

void pack_half_queries(const AttentionCall& call, const HalfAttentionScratch& s, size_t sample, int head) {
    const size_t stride = call.batch * s.points * kWidth;
    const float scale = kLog2E / __builtin_sqrtf(static_cast<float>(call.qk_channels));
    const int blocks = static_cast<int>(blocks_of(call.qk_channels)), kv_head = head / (call.heads / call.kv_heads);
    int16_t* queries = reinterpret_cast<int16_t*>(call.scratch) + s.queries;
    for (int point = 0; point < s.points; ++point) {
        const HeadRow row = head_row(call.q, stride, sample * s.points + point, head * call.qk_channels,
                                     call.qk_channels, call.scratch);
        const Rotation rotation = rotation_at(call, kv_head, point, blocks);
        for (int unit = 0; unit < s.qk_units; ++unit) {
            store_half(queries + (static_cast<size_t>(unit) * s.points + point) * kHalves,
                       half_unit(row, blocks, unit, rotation, scale));
        }
    }
}

// The key of each point becomes a column of its panel; columns beyond the last point are never looked at.
void pack_half_keys(const AttentionCall& call, const HalfAttentionScratch& s, size_t sample, int kv_head) {
    const size_t stride = call.batch * s.points * kWidth;
    const int blocks = static_cast<int>(blocks_of(call.qk_channels)), depth = s.qk_units * kHalves;
    int16_t* keys = reinterpret_cast<int16_t*>(call.scratch) + s.keys;
    for (int point = 0; point < s.point_units * kHalves; ++point) {
        int16_t* column = keys + static_cast<size_t>(point / kHalves) * depth * kHalves + point % kHalves;
        const bool real = point < s.points;
        HeadRow row{};
        Rotation rotation;
        if (real) {
            row = head_row(call.k, stride, sample * s.points + point, kv_head * call.qk_channels, call.qk_channels,
                           call.scratch);
            rotation = rotation_at(call, kv_head, point, blocks);
        }
        for (int unit = 0; unit < s.qk_units; ++unit, column += kHalves * kHalves) {
            const Half x = real ? half_unit(row, blocks, unit, rotation, 1) : Half{vdupq_n_f16(0)};
            const int16x8_t bits = vreinterpretq_s16_f16(x.v);
            unroll<kHalves>([&](auto i) KERNEL_LAMBDA {
                vst1q_lane_s16(column + decltype(i)::value * kHalves, bits, decltype(i)::value);
            });
        }
    }
}

// Divided by kExponentialScale. Rows beyond the last point are zeros.
void pack_half_values(const AttentionCall& call, const HalfAttentionScratch& s, size_t sample, int kv_head) {
    const size_t stride = call.batch * s.points * kWidth;
    const int blocks = static_cast<int>(blocks_of(call.v_channels)), depth = s.point_units * kHalves;
    int16_t* values = reinterpret_cast<int16_t*>(call.scratch) + s.values;
    for (int point = 0; point < depth; ++point) {
        const bool real = point < s.points;
        HeadRow row{};
        if (real) {
            row = head_row(call.v, stride, sample * s.points + point, kv_head * call.v_channels, call.v_channels,
                           call.scratch);
        }
        for (int unit = 0; unit < s.v_units; ++unit) {
            store_half(values + (static_cast<size_t>(unit) * depth + point) * kHalves,
                       real ? half_unit(row, blocks, unit, {}, 1 / kExponentialScale) : Half{vdupq_n_f16(0)});
        }
    }
}

// kExponentialScale * 2^x for x <= 0: relative error as of rounding to halves; falls to 0 at the least exponent.
struct HalfExponential {
    // The best polynomial for |r| <= 1/2 that is right at 0: relative error 1.0e-4.
    Half c0{vdupq_n_f16(kExponentialScale)};
    Half c1{vdupq_n_f16(0.69328259f * kExponentialScale)};
    Half c2{vdupq_n_f16(0.24220563f * kExponentialScale)};

    KERNEL_INLINE Half operator()(float16x8_t x) const {
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

// ParallelRange a row of scores, [point unit][kHalfQueryRows][8], into exponentials times kExponentialScale; returns what makes
// probabilities of them, divided by that of the values.
KERNEL_INLINE float half_exponentials_of_row(int16_t* scores, int points, bool long_chains) {
    constexpr size_t kStride = static_cast<size_t>(kHalfQueryRows) * kHalves;
    constexpr int16_t kLowestHalf = static_cast<int16_t>(0xfbff);  // -65504
    const int units = half_units_of(points), rest = points % kHalves;
    if (rest != 0) {
        for (int i = rest; i < kHalves; ++i) scores[(units - 1) * kStride + i] = kLowestHalf;
    }
    constexpr int kTogether = 4;
    const int whole = units / kTogether * kTogether;
    const auto score = [&](int unit) KERNEL_LAMBDA { return load_half(scores + unit * kStride).v; };
    float16x8_t largest = score(0);
    for (int unit = 0; unit < whole; unit += kTogether) {
        largest = vmaxnmq_f16(largest, vmaxnmq_f16(vmaxnmq_f16(score(unit), score(unit + 1)),
                                                   vmaxnmq_f16(score(unit + 2), score(unit + 3))));
    }
    for (int unit = whole; unit < units; ++unit) largest = vmaxnmq_f16(largest, score(unit));
    const float16x8_t most = vdupq_n_f16(vmaxnmvq_f16(largest));

    Vector low_sum{}, high_sum{};
    const HalfExponential exponential;
    const auto exponential_at = [&](int unit) KERNEL_LAMBDA {
        const Half e = exponential(vsubq_f16(score(unit), most));
        store_half(scores + unit * kStride, e);
        return e;
    };
    // In halves a few at a time, where that is exact enough: to convert each takes half as long again as all the rest.
    const int together = long_chains ? whole : 0;
    for (int unit = 0; unit < together; unit += kTogether) {
        const Half first = exponential_at(unit) + exponential_at(unit + 1);
        const Half sum = first + (exponential_at(unit + 2) + exponential_at(unit + 3));
        low_sum += low_floats(sum), high_sum += high_floats(sum);
    }
    for (int unit = together; unit < units; ++unit) {
        const Half e = exponential_at(unit);
        low_sum += low_floats(e), high_sum += high_floats(e);
    }
    return kExponentialScale / sum_of(low_sum + high_sum);
}

// Writes `count` rows of one head's results, [v unit][kHalfQueryRows][8], into the output, each times its factor.
void scatter_half_results(const AttentionCall& call, const int16_t* results, size_t first_row, int head, int count,
                          const float* factors) {
    const size_t stride = call.batch * call.height * call.width * kWidth;
    const int first = head * call.v_channels;
    const bool whole = call.v_channels % kWidth == 0;
    for (int unit = 0; unit < half_units_of(call.v_channels); ++unit) {
        for (int r = 0; r < count; ++r) {
            const Half result = load_half(results + (unit * kHalfQueryRows + r) * kHalves);
            const Vector parts[2] = {low_floats(result) * factors[r], high_floats(result) * factors[r]};
            for (int part = 0; part < 2; ++part) {
                const int channel = unit * kHalves + part * kWidth, left = call.v_channels - channel;
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

// c = a * b for all panels of b; rows of c are kHalfQueryRows apart from unit to unit.
KERNEL_INLINE void multiply_half_rows(const int16_t* a, size_t a_stride, const int16_t* b, int units, bool long_chains,
                                      int panels, int rows, int16_t* c) {
    for (int panel = 0; panel < panels; ++panel) {
        multiply_half_panel(a, a_stride, b, units, long_chains, rows, c);
        b += static_cast<size_t>(units) * kHalves * kHalves;
        c += static_cast<size_t>(kHalfQueryRows) * kHalves;
    }
}

void attend_half_head(const AttentionCall& call, const HalfAttentionScratch& s, size_t sample, int head) {
    int16_t* scratch = reinterpret_cast<int16_t*>(call.scratch);
    int16_t* scores = scratch + s.scores;
    for (int first = 0; first < s.points; first += kHalfQueryRows) {
        const int count = min_of(kHalfQueryRows, s.points - first);
        multiply_half_rows(scratch + s.queries + static_cast<size_t>(first) * kHalves,
                           static_cast<size_t>(s.points) * kHalves, scratch + s.keys, s.qk_units, call.long_chains,
                           s.point_units, count, scores);
        float factors[kHalfQueryRows];
        for (int r = 0; r < count; ++r)
            factors[r] = half_exponentials_of_row(scores + r * kHalves, s.points, call.long_chains);
        multiply_half_rows(scores, static_cast<size_t>(kHalfQueryRows) * kHalves, scratch + s.values, s.point_units,
                           call.long_chains, s.v_units, count, scratch + s.results);
        scatter_half_results(call, scratch + s.results, sample * s.points + first, head, count, factors);
    }
}

void half_attention(const AttentionCall& call) {
    const HalfAttentionScratch s(call);
    clear_padding(call, call.batch * s.points);
    const int sharing = call.heads / call.kv_heads;
    for (size_t sample = 0; sample < call.batch; ++sample) {
        for (int head = 0; head < call.heads; ++head) {
            if (head % sharing == 0) {
                pack_half_keys(call, s, sample, head / sharing);
                pack_half_values(call, s, sample, head / sharing);
            }
            pack_half_queries(call, s, sample, head);
            attend_half_head(call, s, sample, head);
        }
    }
}

size_t half_attention_scratch_floats(const AttentionCall& call) {
    return (HalfAttentionScratch(call).total + 1) / 2;
}
