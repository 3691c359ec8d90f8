// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "backend/cpu/simd/registers.h"

namespace katago::cpu {

namespace {

// Vectors of kWidth floats, and the helpers that keep arrays of them in registers. Like every kernel header, this one
// is compiled once for each instruction set (isa/), in an unnamed namespace. Nothing in a kernel header may call an
// inline function of an ordinary header, unless that is always inlined: the linker keeps one copy of such a function,
// and it might be one that an older CPU cannot run.

using Vector = float __attribute__((vector_size(kWidth * 4), may_alias));
using VectorBits = uint32_t __attribute__((vector_size(kWidth * 4), may_alias));
using VectorPairs = uint64_t __attribute__((vector_size(kWidth * 4), may_alias));

#define KERNEL_INLINE [[gnu::always_inline]] inline
#define KERNEL_LAMBDA __attribute__((always_inline))

template <int kValue>
struct Constant {
    static constexpr int value = kValue;
};

template <int... kIndex, class Body>
KERNEL_INLINE constexpr void unroll_over(std::integer_sequence<int, kIndex...>, Body&& body) {
    (body(Constant<kIndex>{}), ...);
}
// An unrolled loop: calls body(Constant<0>{}), body(Constant<1>{})... Its indices are constants, without which arrays
// of vectors go to memory.
template <int kCount, class Body>
KERNEL_INLINE constexpr void unroll(Body&& body) {
    unroll_over(std::make_integer_sequence<int, kCount>{}, static_cast<Body&&>(body));
}

KERNEL_INLINE Vector load(const float* p) {
    return *reinterpret_cast<const Vector*>(p);
}
KERNEL_INLINE void store(float* p, Vector v) {
    *reinterpret_cast<Vector*>(p) = v;
}

// The address `step` floats further on, in a register of its own: GCC would compute every address of an unrolled loop
// beforehand, and keep most of them in memory.
template <class Float>
KERNEL_INLINE Float* next_address(Float* address, size_t step) {
    address += step;
    asm("" : "+r"(address));
    return address;
}

template <int... kIndex>
KERNEL_INLINE constexpr Vector fill(float x, std::integer_sequence<int, kIndex...>) {
    return Vector{(static_cast<void>(kIndex), x)...};
}
KERNEL_INLINE constexpr Vector all(float x) {
    return fill(x, std::make_integer_sequence<int, kWidth>{});
}

// 1.5 * 2^23: adding it to a float leaves the nearest integer in the low bits.
constexpr float kRoundToLowBits = 12582912.0f;

// Maxima, minima and reductions over the lanes of a vector, by intrinsics: of a > b ? a : b compilers make two
// instructions where x86 has one, and of a sum over lanes one addition after another.
#if defined(__AVX512F__)
KERNEL_INLINE Vector larger(Vector a, Vector b) {
    return reinterpret_cast<Vector>(_mm512_max_ps(reinterpret_cast<__m512>(a), reinterpret_cast<__m512>(b)));
}
KERNEL_INLINE Vector smaller(Vector a, Vector b) {
    return reinterpret_cast<Vector>(_mm512_min_ps(reinterpret_cast<__m512>(a), reinterpret_cast<__m512>(b)));
}
KERNEL_INLINE Vector reciprocal_estimate(Vector v) {
    return reinterpret_cast<Vector>(_mm512_rcp14_ps(reinterpret_cast<__m512>(v)));
}
KERNEL_INLINE float sum_of(Vector v) {
    return _mm512_reduce_add_ps(reinterpret_cast<__m512>(v));
}
KERNEL_INLINE float largest_of(Vector v) {
    return _mm512_reduce_max_ps(reinterpret_cast<__m512>(v));
}
#elif defined(__AVX2__)
KERNEL_INLINE Vector larger(Vector a, Vector b) {
    return reinterpret_cast<Vector>(_mm256_max_ps(reinterpret_cast<__m256>(a), reinterpret_cast<__m256>(b)));
}
KERNEL_INLINE Vector smaller(Vector a, Vector b) {
    return reinterpret_cast<Vector>(_mm256_min_ps(reinterpret_cast<__m256>(a), reinterpret_cast<__m256>(b)));
}
KERNEL_INLINE Vector reciprocal_estimate(Vector v) {
    return reinterpret_cast<Vector>(_mm256_rcp_ps(reinterpret_cast<__m256>(v)));
}
KERNEL_INLINE float sum_of(Vector v) {
    const __m256 x = reinterpret_cast<__m256>(v);
    const __m128 four = _mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
    const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}
KERNEL_INLINE float largest_of(Vector v) {
    const __m256 x = reinterpret_cast<__m256>(v);
    const __m128 four = _mm_max_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
    const __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)));
}
#elif defined(__SSE2__)
KERNEL_INLINE Vector larger(Vector a, Vector b) {
    return reinterpret_cast<Vector>(_mm_max_ps(reinterpret_cast<__m128>(a), reinterpret_cast<__m128>(b)));
}
KERNEL_INLINE Vector smaller(Vector a, Vector b) {
    return reinterpret_cast<Vector>(_mm_min_ps(reinterpret_cast<__m128>(a), reinterpret_cast<__m128>(b)));
}
KERNEL_INLINE Vector reciprocal_estimate(Vector v) {
    return reinterpret_cast<Vector>(_mm_rcp_ps(reinterpret_cast<__m128>(v)));
}
KERNEL_INLINE float sum_of(Vector v) {
    const __m128 x = reinterpret_cast<__m128>(v), two = _mm_add_ps(x, _mm_movehl_ps(x, x));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps(two, two, 1)));
}
KERNEL_INLINE float largest_of(Vector v) {
    const __m128 x = reinterpret_cast<__m128>(v), two = _mm_max_ps(x, _mm_movehl_ps(x, x));
    return _mm_cvtss_f32(_mm_max_ss(two, _mm_shuffle_ps(two, two, 1)));
}
#elif defined(__aarch64__)
KERNEL_INLINE Vector larger(Vector a, Vector b) {
    return reinterpret_cast<Vector>(vmaxnmq_f32(reinterpret_cast<float32x4_t>(a), reinterpret_cast<float32x4_t>(b)));
}
KERNEL_INLINE Vector smaller(Vector a, Vector b) {
    return reinterpret_cast<Vector>(vminnmq_f32(reinterpret_cast<float32x4_t>(a), reinterpret_cast<float32x4_t>(b)));
}
KERNEL_INLINE float sum_of(Vector v) {
    return vaddvq_f32(reinterpret_cast<float32x4_t>(v));
}
KERNEL_INLINE float largest_of(Vector v) {
    return vmaxnmvq_f32(reinterpret_cast<float32x4_t>(v));
}
#else
KERNEL_INLINE Vector larger(Vector a, Vector b) {
    return a > b ? a : b;
}
KERNEL_INLINE Vector smaller(Vector a, Vector b) {
    return a < b ? a : b;
}
KERNEL_INLINE float sum_of(Vector v) {
    float sum = 0;
    for (int i = 0; i < kWidth; ++i) sum += v[i];
    return sum;
}
KERNEL_INLINE float largest_of(Vector v) {
    float largest = v[0];
    for (int i = 1; i < kWidth; ++i) largest = v[i] > largest ? v[i] : largest;
    return largest;
}
#endif

// a / b for 1 <= b <= 1e38, by an estimate of 1 / b and Newton's iteration, to a relative error of 2e-7: a division
// takes as long as ten multiplications on x86, and on Arm cores without FP16 arithmetic.
KERNEL_INLINE Vector quotient(Vector a, Vector b) {
#if defined(__SSE2__)
    const Vector estimate = reciprocal_estimate(b);
    return a * (estimate + estimate * (1.0f - b * estimate));
#elif defined(__ARM_NEON) && !defined(__ARM_FEATURE_FP16_VECTOR_ARITHMETIC)
    // The estimate has 8 bits, so it takes two steps.
    const float32x4_t divisor = reinterpret_cast<float32x4_t>(b);
    float32x4_t estimate = vrecpeq_f32(divisor);
    estimate = vmulq_f32(estimate, vrecpsq_f32(estimate, divisor));
    estimate = vmulq_f32(estimate, vrecpsq_f32(estimate, divisor));
    return a * reinterpret_cast<Vector>(estimate);
#else
    return a / b;
#endif
}

// a / b for 1 <= b <= 1e38, approximate: to a relative error of 7e-5.
KERNEL_INLINE Vector approximate_quotient(Vector a, Vector b) {
#if defined(__AVX512F__)
    return a * reciprocal_estimate(b);
#elif defined(__ARM_NEON)
    const float32x4_t divisor = reinterpret_cast<float32x4_t>(b), estimate = vrecpeq_f32(divisor);
    return a * reinterpret_cast<Vector>(vmulq_f32(estimate, vrecpsq_f32(estimate, divisor)));
#else
    return quotient(a, b);
#endif
}

// A constant as the addend of a multiply-add. Arm's multiply-add overwrites its addend: GCC would copy it from a
// register that holds it, which takes as long as an addition, and loads are free where arithmetic is what limits a
// loop.
KERNEL_INLINE Vector start_from(const Vector& constant) {
#if defined(__aarch64__)
    Vector v;
    asm volatile("ldr %q0, %1" : "=w"(v) : "m"(constant));
    return v;
#else
    return constant;
#endif
}
KERNEL_INLINE Vector start_from(const float* constant) {
    return start_from(*reinterpret_cast<const Vector*>(constant));
}

// The vector with lanes 2p and 2p + 1 exchanged, in either byte order.
KERNEL_INLINE Vector swap_pairs(Vector v) {
#if defined(__ARM_NEON)
    return reinterpret_cast<Vector>(vrev64q_f32(reinterpret_cast<float32x4_t>(v)));
#elif defined(__AVX512F__)
    return reinterpret_cast<Vector>(_mm512_permute_ps(reinterpret_cast<__m512>(v), 0xb1));
#elif defined(__AVX2__)
    return reinterpret_cast<Vector>(_mm256_permute_ps(reinterpret_cast<__m256>(v), 0xb1));
#elif defined(__SSE2__)
    const __m128 x = reinterpret_cast<__m128>(v);
    return reinterpret_cast<Vector>(_mm_shuffle_ps(x, x, 0xb1));
#else
    const VectorPairs pairs = reinterpret_cast<VectorPairs>(v);
    return reinterpret_cast<Vector>((pairs << 32) | (pairs >> 32));
#endif
}

constexpr int min_of(int a, int b) {
    return a < b ? a : b;
}
constexpr size_t blocks_of(size_t channels) {
    return (channels + kWidth - 1) / kWidth;
}

}  // namespace

}  // namespace katago::cpu
