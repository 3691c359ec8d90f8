// SPDX-License-Identifier: MIT
#pragma once

#include "backend/cpu/simd/vector.h"
#include "nn/layers.h"

namespace katago::cpu {

namespace {

// Exponentials and activations, elementwise, without calls or branches. Where the results are rounded to INT8 or 16
// bits afterwards, approximate ones of fewer terms serve; each says its relative error.

constexpr float kLog2E = 1.44269504f;  // lets powers of two serve for powers of e

// e^x to a relative error of 2e-7 for -87 <= x <= 88; below, e^-87.
KERNEL_INLINE Vector exponential_up_to_88(Vector x) {
    constexpr float kLn2High = 0.693359375f, kLn2Low = -2.12194440e-4f;
    x = larger(x, all(-87.0f));
    const Vector shifted = x * kLog2E + kRoundToLowBits;
    const Vector n = shifted - kRoundToLowBits;
    const Vector r = (x - n * kLn2High) - n * kLn2Low;  // |r| <= ln(2) / 2
    // The minimax polynomial for such r: relative error 8e-8. Its terms are evaluated in pairs (Estrin's scheme): by
    // Horner's, each of five multiply-adds would wait for the one before it.
    const Vector square = r * r, first = r * 0.99999969f + 1.00000007f, second = r * 0.16667577f + 0.49998893f,
                 third = r * 0.00829762f + 0.04191563f;
    const Vector p = (third * square + second) * square + first;
    return reinterpret_cast<Vector>(reinterpret_cast<VectorBits>(p) + (reinterpret_cast<VectorBits>(shifted) << 23));
}

// e^x to the same relative error for all x; e^88 beyond 88.
KERNEL_INLINE Vector exponential(Vector x) {
    return exponential_up_to_88(smaller(x, all(88.0f)));
}

// A constant that stays in a register: GCC would load it wherever it is used, and loads are what limits these loops.
KERNEL_INLINE Vector constant(float x) {
    Vector v = all(x);
#if defined(__x86_64__)
    asm("" : "+v"(v));
#elif defined(__ARM_NEON)
    asm("" : "+w"(v));
#endif
    return v;
}

// 2^x for x < 127, by a minimax polynomial of kTerms terms after the constant one: to a relative error of 1e-4 with 3,
// which is enough for quantized activations and probabilities, of 3e-6 with 4, and of 2e-7 with 5. Below
// -126, 2^-126. All that times kMultiple.
template <int kTerms, int kMultiple = 1>
struct PowerOfTwo {
    static_assert(kTerms >= 3 && kTerms <= 5);
    static constexpr float kMinimax[3][6] = {
        {0.99992805f, 0.69326109f, 0.24261133f, 0.05517132f},
        {0.99999926f, 0.69312171f, 0.24024753f, 0.05591868f, 0.00957001f},
        {1.00000007f, 0.69314697f, 0.24022120f, 0.05550713f, 0.00967554f, 0.00132765f},
    };
    static constexpr float term(int power) { return kMultiple * kMinimax[kTerms - 3][power]; }
    Vector least = constant(-126.0f);
    Vector round = constant(kRoundToLowBits);
    Vector c5 = constant(term(5));
    Vector c3 = constant(term(3));
    Vector c1 = constant(term(1));
#if defined(__aarch64__)
    static constexpr Vector c4 = all(term(4));
    static constexpr Vector c2 = all(term(2));
    static constexpr Vector c0 = all(term(0));
#else
    Vector c4 = constant(term(4));
    Vector c2 = constant(term(2));
    Vector c0 = constant(term(0));
#endif

    // Replaces each x by 2^x.
    template <int kCount>
    KERNEL_INLINE void raise(Vector (&x)[kCount]) const {
        const auto each = [](auto&& body) KERNEL_LAMBDA {
            unroll<kCount>([&](auto i) KERNEL_LAMBDA { body(decltype(i)::value); });
        };
        Vector shifted[kCount], p[kCount];
        each([&](int i) KERNEL_LAMBDA { x[i] = larger(x[i], least), shifted[i] = x[i] + round; });
        each([&](int i) KERNEL_LAMBDA { x[i] = x[i] - (shifted[i] - round); });
#if defined(__aarch64__)
        // The terms are evaluated in pairs: a Cortex-A72 looks too few instructions ahead to fill the latency of
        // multiply-adds that depend on each other.
        Vector low[kCount], square[kCount];
        each([&](int i) KERNEL_LAMBDA { p[i] = c3 * x[i] + start_from(c2), square[i] = x[i] * x[i]; });
        if constexpr (kTerms == 4) each([&](int i) KERNEL_LAMBDA { p[i] = square[i] * c4 + p[i]; });
        if constexpr (kTerms == 5)
            each([&](int i) KERNEL_LAMBDA { p[i] = (x[i] * c5 + start_from(c4)) * square[i] + p[i]; });
        each([&](int i) KERNEL_LAMBDA { low[i] = c1 * x[i] + start_from(c0); });
        each([&](int i) KERNEL_LAMBDA { p[i] = p[i] * square[i] + low[i]; });
#else
        each([&](int i) KERNEL_LAMBDA {
            p[i] = c3;
            if constexpr (kTerms == 4) p[i] = c4 * x[i] + p[i];
            if constexpr (kTerms == 5) p[i] = (x[i] * c5 + c4) * x[i] + p[i];
            p[i] = ((p[i] * x[i] + c2) * x[i] + c1) * x[i] + c0;
        });
#endif
        each([&](int i) KERNEL_LAMBDA {
            x[i] = reinterpret_cast<Vector>(reinterpret_cast<VectorBits>(p[i]) +
                                            (reinterpret_cast<VectorBits>(shifted[i]) << 23));
        });
    }
    KERNEL_INLINE Vector operator()(Vector x) const {
        Vector one[1] = {x};
        raise(one);
        return one[0];
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

// e^(sign * x), approximate: to a relative error of 1e-4 for -87 <= sign * x, and no more than 2^most.
struct ApproximateExponential {
    PowerOfTwo<3> power_of_two;
    Vector limit, factor;

    KERNEL_INLINE ApproximateExponential(float most, float sign)
        : limit(constant(most)), factor(constant(sign * kLog2E)) {}
    template <int kCount>
    KERNEL_INLINE void raise(const Vector (&x)[kCount], Vector (&e)[kCount]) const {
        unroll<kCount>([&](auto i)
                           KERNEL_LAMBDA { e[decltype(i)::value] = smaller(x[decltype(i)::value] * factor, limit); });
        power_of_two.raise(e);
    }
};

// An activation, applied in place. An approximate one, for results that are rounded to INT8 or 16 bits afterwards, has
// a relative error of 2e-4 for -87 <= x.
template <ActivationKind kKind, bool kApproximate>
struct Activation {
    template <int kCount>
    KERNEL_INLINE void apply(Vector (&x)[kCount]) const {
        unroll<kCount>([&](auto i) KERNEL_LAMBDA { x[decltype(i)::value] = activate<kKind>(x[decltype(i)::value]); });
    }
};
template <>
struct Activation<ActivationKind::Mish, true> {
    ApproximateExponential exponential{20 * kLog2E, 1};  // beyond, n / (n + 2) is 1

    template <int kCount>
    KERNEL_INLINE void apply(Vector (&x)[kCount]) const {
        Vector e[kCount];
        exponential.raise(x, e);
        unroll<kCount>([&](auto i) KERNEL_LAMBDA {
            const Vector n = e[decltype(i)::value] * (e[decltype(i)::value] + 2.0f);
            x[decltype(i)::value] = approximate_quotient(x[decltype(i)::value] * n, n + 2.0f);
        });
    }
};
template <>
struct Activation<ActivationKind::Silu, true> {
    ApproximateExponential exponential{126, -1};

    template <int kCount>
    KERNEL_INLINE void apply(Vector (&x)[kCount]) const {
        Vector e[kCount];
        exponential.raise(x, e);
        unroll<kCount>([&](auto i) KERNEL_LAMBDA {
            x[decltype(i)::value] = approximate_quotient(x[decltype(i)::value], e[decltype(i)::value] + 1.0f);
        });
    }
};

}  // namespace

}  // namespace katago::cpu
