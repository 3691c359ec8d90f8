// SPDX-License-Identifier: MIT
// Elementwise functions without calls or branches.

constexpr float kLog2E = 1.44269504f;  // lets powers of two serve for powers of e

// e^x to a relative error of 2e-7 for -87 <= x <= 88; below, e^-87.
KERNEL_INLINE Vector exponential_up_to_88(Vector x) {
    constexpr float kLn2High = 0.693359375f, kLn2Low = -2.12194440e-4f;
    constexpr float kRound = 12582912.0f;  // 1.5 * 2^23: adding it leaves the nearest integer in the low bits
    x = larger(x, all(-87.0f));
    const Vector shifted = x * kLog2E + kRound;
    const Vector n = shifted - kRound;
    const Vector r = (x - n * kLn2High) - n * kLn2Low;  // |r| <= ln(2) / 2
    // The best polynomial for such r: relative error 8e-8. In pairs: a chain of five would keep a core waiting.
    const Vector square = r * r, first = r * 0.99999969f + 1.00000007f, second = r * 0.16667577f + 0.49998893f,
                 third = r * 0.00829762f + 0.04191563f;
    const Vector p = (third * square + second) * square + first;
    return reinterpret_cast<Vector>(reinterpret_cast<VectorBits>(p) + (reinterpret_cast<VectorBits>(shifted) << 23));
}

// The same for all x; e^88 beyond.
KERNEL_INLINE Vector exponential(Vector x) {
    return exponential_up_to_88(smaller(x, all(88.0f)));
}

// A constant that stays in a register: GCC would load it wherever it is used, and loads are what limits these loops.
KERNEL_INLINE Vector constant(float x) {
    Vector v = all(x);
#if defined(__x86_64__)
    asm("" : "+v"(v));
#elif defined(__aarch64__)
    asm("" : "+w"(v));
#endif
    return v;
}

// 2^x for x <= 0, by a polynomial of so many terms after the first: to a relative error of 3e-6 with 4, which is enough
// for probabilities of 15 bits, and of 2e-7 with 5. Below -126, 2^-126.
template <int kTerms>
struct PowerOfTwo {
    static_assert(kTerms == 4 || kTerms == 5);
    Vector least = constant(-126.0f);
    Vector round = constant(12582912.0f);  // 1.5 * 2^23: adding it leaves the nearest integer in the low bits
    Vector c5 = constant(0.00132765f);
    Vector c4 = constant(kTerms == 4 ? 0.00957001f : 0.00967554f);
    Vector c3 = constant(kTerms == 4 ? 0.05591868f : 0.05550713f);
    Vector c2 = constant(kTerms == 4 ? 0.24024753f : 0.24022120f);
    Vector c1 = constant(kTerms == 4 ? 0.69312171f : 0.69314697f);
    Vector c0 = constant(kTerms == 4 ? 0.99999926f : 1.00000007f);

    KERNEL_INLINE Vector operator()(Vector x) const {
        x = larger(x, least);
        const Vector shifted = x + round;
        const Vector r = x - (shifted - round);
        Vector p = c4;
        if constexpr (kTerms == 5) p = r * c5 + c4;
#if defined(__aarch64__)
        // In pairs: a Cortex-A72 looks too few instructions ahead to fill the time that a chain takes.
        const Vector square = r * r;
        p = (p * square + (c3 * r + c2)) * square + (c1 * r + c0);
#else
        p = (((p * r + c3) * r + c2) * r + c1) * r + c0;
#endif
        return reinterpret_cast<Vector>(reinterpret_cast<VectorBits>(p) +
                                        (reinterpret_cast<VectorBits>(shifted) << 23));
    }
};

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
