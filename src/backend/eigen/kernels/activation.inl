// SPDX-License-Identifier: MIT
// Elementwise functions without calls or branches.

// e^x to a relative error of 2e-7 for -87 <= x <= 88; below, e^-87.
KERNEL_INLINE Vector exponential_up_to_88(Vector x) {
    constexpr float kLog2E = 1.44269504f, kLn2High = 0.693359375f, kLn2Low = -2.12194440e-4f;
    constexpr float kRound = 12582912.0f;  // 1.5 * 2^23: adding it leaves the nearest integer in the low bits
    x = larger(x, all(-87.0f));
    const Vector shifted = x * kLog2E + kRound;
    const Vector n = shifted - kRound;
    const Vector r = (x - n * kLn2High) - n * kLn2Low;  // |r| <= ln(2) / 2
    Vector p = r * 0.00829762f + 0.04191563f;           // the best polynomial for such r: relative error 8e-8
    p = p * r + 0.16667577f;
    p = p * r + 0.49998893f;
    p = p * r + 0.99999969f;
    p = p * r + 1.00000007f;
    return reinterpret_cast<Vector>(reinterpret_cast<VectorBits>(p) + (reinterpret_cast<VectorBits>(shifted) << 23));
}

// The same for all x; e^88 beyond.
KERNEL_INLINE Vector exponential(Vector x) {
    return exponential_up_to_88(smaller(x, all(88.0f)));
}

// x * tanh(ln(1 + e^x)) = x * n / (n + 2) with n = e^x * (e^x + 2); relative error below 1e-6.
KERNEL_INLINE Vector mish(Vector x) {
    const Vector e = exponential_up_to_88(smaller(x, all(20.0f)));  // beyond, n / (n + 2) is 1
    const Vector n = e * (e + 2.0f);
    return quotient(x * n, n + 2.0f);
}

// x / (1 + e^-x); relative error below 1e-6 for x >= -87.
KERNEL_INLINE Vector silu(Vector x) {
    return quotient(x, exponential(-x) + 1.0f);
}

template <ActivationKind kKind>
KERNEL_INLINE Vector activate(Vector x) {
    if constexpr (kKind == ActivationKind::Relu) return larger(x, Vector{});
    if constexpr (kKind == ActivationKind::Mish) return mish(x);
    if constexpr (kKind == ActivationKind::Silu) return silu(x);
    return x;
}
