// SPDX-License-Identifier: MIT
// What follows every step: see EpilogueCall.

template <ActivationKind kKind>
KERNEL_INLINE void activate_rows(float* rows, const Vector* results, int count, Vector scale, Vector shift) {
    for (int i = 0; i < count; ++i) store(rows + i * kWidth, activate<kKind>(results[i] * scale + shift));
}

// Finishes `count` results of one block, starting at `row`; changes `results`.
[[gnu::noinline]] void finish_rows(const EpilogueCall& call, size_t block, size_t row, int count, Vector* results) {
    const size_t offset = (block * call.batch * call.points + row) * kWidth;
    if (call.multiplier != nullptr) {
        for (int i = 0; i < count; ++i) results[i] *= load(call.multiplier + offset + i * kWidth);
    }
    if (call.vector != nullptr) {
        size_t sample = row / call.points, left = call.points - row % call.points;
        for (int i = 0; i < count; ++i) {
            results[i] += load(call.vector + (block * call.batch + sample) * kWidth);
            if (--left == 0) ++sample, left = call.points;
        }
    }
    if (call.residual != nullptr) {
        for (int i = 0; i < count; ++i) results[i] += load(call.residual + offset + i * kWidth);
    }
    if (call.raw != nullptr) {
        for (int i = 0; i < count; ++i) store(call.raw + offset + i * kWidth, results[i]);
    }
    if (call.activated == nullptr) return;
    float* out = call.activated + offset;
    const Vector scale = load(call.scale + block * kWidth), shift = load(call.shift + block * kWidth);
    switch (call.kind) {
        case ActivationKind::Identity:
            return activate_rows<ActivationKind::Identity>(out, results, count, scale, shift);
        case ActivationKind::Relu:
            return activate_rows<ActivationKind::Relu>(out, results, count, scale, shift);
        case ActivationKind::Mish:
            return activate_rows<ActivationKind::Mish>(out, results, count, scale, shift);
        case ActivationKind::Silu:
            return activate_rows<ActivationKind::Silu>(out, results, count, scale, shift);
    }
}
