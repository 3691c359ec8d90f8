// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <utility>

#include "backend/cpu/simd/vector.h"

#if defined(__SSE4_1__)

namespace katago::cpu {

namespace {

// Vectors of 16-bit and 32-bit integers, for x86 with SSE4.1 or more. Only intrinsics of immintrin.h are called: they
// are always inlined.

using IntLanes = int32_t __attribute__((vector_size(kWidth * 4), may_alias));
using ShortLanes = int16_t __attribute__((vector_size(kWidth * 4), may_alias));
using PairInMemory [[gnu::may_alias]] = int32_t;
constexpr int kS16Block = 2 * kWidth;  // channels of a channel block of 16-bit integers

// A barrier after each addition to a sum: GCC would add up the products of several steps first, and has no registers
// for them.
KERNEL_INLINE void keep_order(IntLanes& sum) {
    asm("" : "+v"(sum));
}

#if defined(__AVX512F__)
// a * b / 2^15, rounded to the nearest
KERNEL_INLINE ShortLanes times_fraction(ShortLanes a, ShortLanes b) {
    return reinterpret_cast<ShortLanes>(
        _mm512_mulhrs_epi16(reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b)));
}
KERNEL_INLINE IntLanes load_lanes(const int16_t* p) {
    return reinterpret_cast<IntLanes>(_mm512_load_si512(p));
}
KERNEL_INLINE IntLanes repeat_pair(const int16_t* p) {
    return reinterpret_cast<IntLanes>(_mm512_set1_epi32(*reinterpret_cast<const PairInMemory*>(p)));
}
// sum + a[2i] * b[2i] + a[2i + 1] * b[2i + 1]
KERNEL_INLINE IntLanes add_pair_products(IntLanes sum, IntLanes a, IntLanes b) {
    const __m512i x = reinterpret_cast<__m512i>(a), y = reinterpret_cast<__m512i>(b);
#if defined(__AVX512VNNI__)
    return reinterpret_cast<IntLanes>(_mm512_dpwssd_epi32(reinterpret_cast<__m512i>(sum), x, y));
#else
    sum += reinterpret_cast<IntLanes>(_mm512_madd_epi16(x, y));
    keep_order(sum);
    return sum;
#endif
}
KERNEL_INLINE IntLanes round_to_int32(Vector v) {
    return reinterpret_cast<IntLanes>(_mm512_cvtps_epi32(reinterpret_cast<__m512>(v)));
}
// A channel block of a row, from the two vectors that round to it.
KERNEL_INLINE IntLanes s16_block_of(Vector first, Vector second) {
    const __m512i low = _mm512_cvtps_epi32(reinterpret_cast<__m512>(first));
    const __m512i high = _mm512_cvtps_epi32(reinterpret_cast<__m512>(second));
    return reinterpret_cast<IntLanes>(_mm512_packs_epi32(low, high));
}
// The largest lane of each of kWidth vectors: lane i is that of row i.
KERNEL_INLINE Vector largest_lanes(const Vector* rows) {
    __m512 pairs[8], fours[4];
    unroll<8>([&](auto i) KERNEL_LAMBDA {
        constexpr int kPair = decltype(i)::value;
        const __m512 a = reinterpret_cast<__m512>(rows[2 * kPair]), b = reinterpret_cast<__m512>(rows[2 * kPair + 1]);
        pairs[kPair] = _mm512_max_ps(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
    });
    unroll<4>([&](auto i) KERNEL_LAMBDA {
        constexpr int kFour = decltype(i)::value;
        const __m512d a = _mm512_castps_pd(pairs[2 * kFour]), b = _mm512_castps_pd(pairs[2 * kFour + 1]);
        fours[kFour] =
            _mm512_max_ps(_mm512_castpd_ps(_mm512_unpacklo_pd(a, b)), _mm512_castpd_ps(_mm512_unpackhi_pd(a, b)));
    });
    const auto halve = [](__m512 a, __m512 b) KERNEL_LAMBDA {
        return _mm512_max_ps(_mm512_shuffle_f32x4(a, b, 0x88), _mm512_shuffle_f32x4(a, b, 0xdd));
    };
    return reinterpret_cast<Vector>(halve(halve(fours[0], fours[1]), halve(fours[2], fours[3])));
}
// Transposes a square of kWidth vectors in place: lane i of row j becomes lane j of row i.
KERNEL_INLINE void transpose(IntLanes* rows) {
    __m512i pairs[16], fours[16];
    unroll<8>([&](auto i) KERNEL_LAMBDA {
        constexpr int kRow = 2 * decltype(i)::value;
        const __m512i a = reinterpret_cast<__m512i>(rows[kRow]), b = reinterpret_cast<__m512i>(rows[kRow + 1]);
        pairs[kRow] = _mm512_unpacklo_epi32(a, b), pairs[kRow + 1] = _mm512_unpackhi_epi32(a, b);
    });
    unroll<8>([&](auto i) KERNEL_LAMBDA {
        constexpr int kFrom = decltype(i)::value / 2 * 4 + decltype(i)::value % 2;
        constexpr int kTo = decltype(i)::value / 2 * 4 + decltype(i)::value % 2 * 2;
        fours[kTo] = _mm512_unpacklo_epi64(pairs[kFrom], pairs[kFrom + 2]);
        fours[kTo + 1] = _mm512_unpackhi_epi64(pairs[kFrom], pairs[kFrom + 2]);
    });
    unroll<4>([&](auto i) KERNEL_LAMBDA {
        constexpr int kLane = decltype(i)::value;
        const __m512i even_low = _mm512_shuffle_i32x4(fours[kLane], fours[4 + kLane], 0x88);
        const __m512i odd_low = _mm512_shuffle_i32x4(fours[kLane], fours[4 + kLane], 0xdd);
        const __m512i even_high = _mm512_shuffle_i32x4(fours[8 + kLane], fours[12 + kLane], 0x88);
        const __m512i odd_high = _mm512_shuffle_i32x4(fours[8 + kLane], fours[12 + kLane], 0xdd);
        rows[kLane] = reinterpret_cast<IntLanes>(_mm512_shuffle_i32x4(even_low, even_high, 0x88));
        rows[4 + kLane] = reinterpret_cast<IntLanes>(_mm512_shuffle_i32x4(odd_low, odd_high, 0x88));
        rows[8 + kLane] = reinterpret_cast<IntLanes>(_mm512_shuffle_i32x4(even_low, even_high, 0xdd));
        rows[12 + kLane] = reinterpret_cast<IntLanes>(_mm512_shuffle_i32x4(odd_low, odd_high, 0xdd));
    });
}
#elif defined(__AVX2__)
KERNEL_INLINE ShortLanes times_fraction(ShortLanes a, ShortLanes b) {
    return reinterpret_cast<ShortLanes>(
        _mm256_mulhrs_epi16(reinterpret_cast<__m256i>(a), reinterpret_cast<__m256i>(b)));
}
KERNEL_INLINE IntLanes load_lanes(const int16_t* p) {
    return reinterpret_cast<IntLanes>(_mm256_load_si256(reinterpret_cast<const __m256i*>(p)));
}
KERNEL_INLINE IntLanes repeat_pair(const int16_t* p) {
    return reinterpret_cast<IntLanes>(_mm256_set1_epi32(*reinterpret_cast<const PairInMemory*>(p)));
}
KERNEL_INLINE IntLanes add_pair_products(IntLanes sum, IntLanes a, IntLanes b) {
#if defined(KERNEL_VNNI_ENCODING)
    asm(KERNEL_VNNI_ENCODING "vpdpwssd %2, %1, %0" : "+x"(sum) : "x"(a), KERNEL_VNNI_OPERAND(b));
#else
    sum += reinterpret_cast<IntLanes>(_mm256_madd_epi16(reinterpret_cast<__m256i>(a), reinterpret_cast<__m256i>(b)));
    keep_order(sum);
#endif
    return sum;
}
KERNEL_INLINE IntLanes round_to_int32(Vector v) {
    return reinterpret_cast<IntLanes>(_mm256_cvtps_epi32(reinterpret_cast<__m256>(v)));
}
KERNEL_INLINE IntLanes s16_block_of(Vector first, Vector second) {
    const __m256i low = _mm256_cvtps_epi32(reinterpret_cast<__m256>(first));
    const __m256i high = _mm256_cvtps_epi32(reinterpret_cast<__m256>(second));
    return reinterpret_cast<IntLanes>(_mm256_packs_epi32(low, high));
}
KERNEL_INLINE Vector largest_lanes(const Vector* rows) {
    __m256 pairs[4], fours[2];
    unroll<4>([&](auto i) KERNEL_LAMBDA {
        constexpr int kPair = decltype(i)::value;
        const __m256 a = reinterpret_cast<__m256>(rows[2 * kPair]), b = reinterpret_cast<__m256>(rows[2 * kPair + 1]);
        pairs[kPair] = _mm256_max_ps(_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b));
    });
    unroll<2>([&](auto i) KERNEL_LAMBDA {
        constexpr int kFour = decltype(i)::value;
        const __m256d a = _mm256_castps_pd(pairs[2 * kFour]), b = _mm256_castps_pd(pairs[2 * kFour + 1]);
        fours[kFour] =
            _mm256_max_ps(_mm256_castpd_ps(_mm256_unpacklo_pd(a, b)), _mm256_castpd_ps(_mm256_unpackhi_pd(a, b)));
    });
    return reinterpret_cast<Vector>(_mm256_max_ps(_mm256_permute2f128_ps(fours[0], fours[1], 0x20),
                                                  _mm256_permute2f128_ps(fours[0], fours[1], 0x31)));
}
KERNEL_INLINE void transpose(IntLanes* rows) {
    __m256i pairs[8], fours[8];
    unroll<4>([&](auto i) KERNEL_LAMBDA {
        constexpr int kRow = 2 * decltype(i)::value;
        const __m256i a = reinterpret_cast<__m256i>(rows[kRow]), b = reinterpret_cast<__m256i>(rows[kRow + 1]);
        pairs[kRow] = _mm256_unpacklo_epi32(a, b), pairs[kRow + 1] = _mm256_unpackhi_epi32(a, b);
    });
    unroll<4>([&](auto i) KERNEL_LAMBDA {
        constexpr int kFrom = decltype(i)::value / 2 * 4 + decltype(i)::value % 2;
        constexpr int kTo = decltype(i)::value / 2 * 4 + decltype(i)::value % 2 * 2;
        fours[kTo] = _mm256_unpacklo_epi64(pairs[kFrom], pairs[kFrom + 2]);
        fours[kTo + 1] = _mm256_unpackhi_epi64(pairs[kFrom], pairs[kFrom + 2]);
    });
    unroll<4>([&](auto i) KERNEL_LAMBDA {
        constexpr int kLane = decltype(i)::value;
        rows[kLane] = reinterpret_cast<IntLanes>(_mm256_permute2x128_si256(fours[kLane], fours[4 + kLane], 0x20));
        rows[4 + kLane] = reinterpret_cast<IntLanes>(_mm256_permute2x128_si256(fours[kLane], fours[4 + kLane], 0x31));
    });
}
#else
KERNEL_INLINE ShortLanes times_fraction(ShortLanes a, ShortLanes b) {
    return reinterpret_cast<ShortLanes>(_mm_mulhrs_epi16(reinterpret_cast<__m128i>(a), reinterpret_cast<__m128i>(b)));
}
KERNEL_INLINE IntLanes load_lanes(const int16_t* p) {
    return reinterpret_cast<IntLanes>(_mm_load_si128(reinterpret_cast<const __m128i*>(p)));
}
KERNEL_INLINE IntLanes repeat_pair(const int16_t* p) {
    return reinterpret_cast<IntLanes>(_mm_set1_epi32(*reinterpret_cast<const PairInMemory*>(p)));
}
KERNEL_INLINE IntLanes add_pair_products(IntLanes sum, IntLanes a, IntLanes b) {
    sum += reinterpret_cast<IntLanes>(_mm_madd_epi16(reinterpret_cast<__m128i>(a), reinterpret_cast<__m128i>(b)));
    keep_order(sum);
    return sum;
}
KERNEL_INLINE IntLanes round_to_int32(Vector v) {
    return reinterpret_cast<IntLanes>(_mm_cvtps_epi32(reinterpret_cast<__m128>(v)));
}
KERNEL_INLINE IntLanes s16_block_of(Vector first, Vector second) {
    const __m128i low = _mm_cvtps_epi32(reinterpret_cast<__m128>(first));
    const __m128i high = _mm_cvtps_epi32(reinterpret_cast<__m128>(second));
    return reinterpret_cast<IntLanes>(_mm_packs_epi32(low, high));
}
KERNEL_INLINE Vector largest_lanes(const Vector* rows) {
    __m128 pairs[2];
    unroll<2>([&](auto i) KERNEL_LAMBDA {
        constexpr int kPair = decltype(i)::value;
        const __m128 a = reinterpret_cast<__m128>(rows[2 * kPair]), b = reinterpret_cast<__m128>(rows[2 * kPair + 1]);
        pairs[kPair] = _mm_max_ps(_mm_unpacklo_ps(a, b), _mm_unpackhi_ps(a, b));
    });
    return reinterpret_cast<Vector>(_mm_max_ps(_mm_movelh_ps(pairs[0], pairs[1]), _mm_movehl_ps(pairs[1], pairs[0])));
}
KERNEL_INLINE void transpose(IntLanes* rows) {
    __m128i pairs[4];
    unroll<2>([&](auto i) KERNEL_LAMBDA {
        constexpr int kRow = 2 * decltype(i)::value;
        const __m128i a = reinterpret_cast<__m128i>(rows[kRow]), b = reinterpret_cast<__m128i>(rows[kRow + 1]);
        pairs[kRow] = _mm_unpacklo_epi32(a, b), pairs[kRow + 1] = _mm_unpackhi_epi32(a, b);
    });
    unroll<2>([&](auto i) KERNEL_LAMBDA {
        constexpr int kHalf = decltype(i)::value;
        rows[2 * kHalf] = reinterpret_cast<IntLanes>(_mm_unpacklo_epi64(pairs[kHalf], pairs[2 + kHalf]));
        rows[2 * kHalf + 1] = reinterpret_cast<IntLanes>(_mm_unpackhi_epi64(pairs[kHalf], pairs[2 + kHalf]));
    });
}
#endif

template <int... kIndex>
KERNEL_INLINE constexpr ShortLanes fill_shorts(int16_t x, std::integer_sequence<int, kIndex...>) {
    return ShortLanes{(static_cast<void>(kIndex), x)...};
}
KERNEL_INLINE constexpr ShortLanes all_shorts(int16_t x) {
    return fill_shorts(x, std::make_integer_sequence<int, 2 * kWidth>{});
}

// Pair kPair of four that lie beside each other, in all lanes.
template <int kPair>
KERNEL_INLINE IntLanes repeat_pair_of_four(const int16_t* four) {
#if defined(__AVX2__)
    return repeat_pair(four + 2 * kPair);
#else
    // In assembly: GCC would keep the four pairs of all rows in registers, and have none for the sums.
    IntLanes pair;
    asm("pshufd %2, %1, %0" : "=x"(pair) : "m"(*reinterpret_cast<const IntLanes*>(four)), "i"(kPair * 0x55));
    return pair;
#endif
}

KERNEL_INLINE ShortLanes load_shorts(const int16_t* p) {
    return *reinterpret_cast<const ShortLanes*>(p);
}
KERNEL_INLINE void store_shorts(int16_t* p, ShortLanes v) {
    *reinterpret_cast<ShortLanes*>(p) = v;
}
KERNEL_INLINE void store_s16_block(int16_t* p, Vector first, Vector second) {
    *reinterpret_cast<IntLanes*>(p) = s16_block_of(first, second);
}
KERNEL_INLINE Vector magnitude(Vector v) {
    return reinterpret_cast<Vector>(reinterpret_cast<VectorBits>(v) & 0x7fffffffu);
}

}  // namespace

}  // namespace katago::cpu

#endif
