// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "backend/cpu/ops/int8.h"
#include "backend/cpu/ops/int8_tile.h"
#include "backend/cpu/simd/vector.h"
#include "backend/cpu/simd/vector_s16.h"

#if defined(__AVX2__)

namespace katago::cpu {

namespace {

// The INT8 micro-kernel of x86. With VNNI one instruction adds four products of unsigned inputs and signed weights to
// each sum; without, inputs are 16-bit integers, weights are widened to as many bits, and two products are added.

constexpr int kStepChannels = KERNEL_INT8_DOT ? 4 : 2;
constexpr int kChannelMultiple = kStepChannels;
constexpr float kInt8Offset = 0, kInt8Shift = 0;

KERNEL_INLINE RowZero stored_zero(float zero, float /* scale */) {
    return -static_cast<int32_t>(zero) & 0xffff;
}

#if KERNEL_INT8_DOT
#if defined(__AVX512F__)
KERNEL_INLINE IntLanes load_int8_weights(const int8_t* p) {
    return reinterpret_cast<IntLanes>(_mm512_load_si512(p));
}
KERNEL_INLINE IntLanes add_dot(IntLanes sum, IntLanes x, IntLanes weights) {
    return reinterpret_cast<IntLanes>(_mm512_dpbusd_epi32(reinterpret_cast<__m512i>(sum), reinterpret_cast<__m512i>(x),
                                                          reinterpret_cast<__m512i>(weights)));
}
// a[2i] * b[2i] + a[2i + 1] * b[2i + 1] of 16-bit integers, without a register that holds a sum of zero.
KERNEL_INLINE IntLanes dot_pairs(IntLanes a, IntLanes b) {
    return reinterpret_cast<IntLanes>(_mm512_madd_epi16(reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b)));
}
// Stores 16 channels as unsigned 8-bit integers. Rounding errors of the scale may put numbers below zero.
KERNEL_INLINE void store_int8(uint8_t* out, const Vector* v) {
    const __m512i integers = _mm512_cvtps_epi32(reinterpret_cast<__m512>(larger(v[0], Vector{})));
    _mm_store_si128(reinterpret_cast<__m128i*>(out), _mm512_cvtusepi32_epi8(integers));
}
#else
KERNEL_INLINE IntLanes dot_pairs(IntLanes a, IntLanes b) {
    return reinterpret_cast<IntLanes>(_mm256_madd_epi16(reinterpret_cast<__m256i>(a), reinterpret_cast<__m256i>(b)));
}
KERNEL_INLINE IntLanes load_int8_weights(const int8_t* p) {
    return reinterpret_cast<IntLanes>(_mm256_load_si256(reinterpret_cast<const __m256i*>(p)));
}
KERNEL_INLINE IntLanes add_dot(IntLanes sum, IntLanes x, IntLanes weights) {
    asm(KERNEL_VNNI_ENCODING "vpdpbusd %2, %1, %0" : "+x"(sum) : "x"(x), KERNEL_VNNI_OPERAND(weights));
    return sum;
}
KERNEL_INLINE void store_int8(uint8_t* out, const Vector* v) {
    const __m256i low = _mm256_cvtps_epi32(reinterpret_cast<__m256>(v[0]));
    const __m256i high = _mm256_cvtps_epi32(reinterpret_cast<__m256>(v[1]));
    const __m256i words = _mm256_permute4x64_epi64(_mm256_packs_epi32(low, high), 0xd8);
    _mm_store_si128(reinterpret_cast<__m128i*>(out),
                    _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1)));
}
#endif
#else
KERNEL_INLINE IntLanes add_dot(IntLanes sum, IntLanes x, IntLanes weights) {
    return add_pair_products(sum, x, weights);
}
#if defined(__AVX512F__)
KERNEL_INLINE IntLanes load_int8_weights(const int8_t* p) {
    return reinterpret_cast<IntLanes>(_mm512_cvtepi8_epi16(_mm256_load_si256(reinterpret_cast<const __m256i*>(p))));
}
// Stores 16 channels as 16-bit integers.
KERNEL_INLINE void store_int8(uint8_t* out, const Vector* v) {
    const __m512i integers = _mm512_cvtps_epi32(reinterpret_cast<__m512>(v[0]));
    _mm256_store_si256(reinterpret_cast<__m256i*>(out), _mm512_cvtsepi32_epi16(integers));
}
#else
KERNEL_INLINE IntLanes load_int8_weights(const int8_t* p) {
    return reinterpret_cast<IntLanes>(_mm256_cvtepi8_epi16(_mm_load_si128(reinterpret_cast<const __m128i*>(p))));
}
KERNEL_INLINE void store_int8(uint8_t* out, const Vector* v) {
    const __m256i words = reinterpret_cast<__m256i>(s16_block_of(v[0], v[1]));
    _mm256_store_si256(reinterpret_cast<__m256i*>(out), _mm256_permute4x64_epi64(words, 0xd8));
}
#endif
#endif

// The micro-kernel: results[kVectors][kRows] = the tile's rows times its panel. The integer sums of one tap and group
// of channels at a time start with what the zero points add, become floats with both scales and are added up as floats.
template <int kRows, int kVectors>
void gemm_tile_int8(const Int8Tile& tile, Vector* results) {
    constexpr size_t kStepBytes = static_cast<size_t>(kVectors) * kWidth * kStepChannels;
    const int8_t* weights = tile.weights;
    const float* scales = tile.scales;
    [[maybe_unused]] const int32_t* sums = tile.sums;
    for (int i = 0; i < kRows * kVectors; ++i) results[i] = Vector{};
    for (int tap = 0; tap < tile.taps; ++tap) {
        const ptrdiff_t shift = tile.taps == 1 ? 0 : (tap / 3 - 1) * tile.stride + tap % 3 - 1;
        const uint8_t* in = tile.in + shift * static_cast<ptrdiff_t>(kInt8BlockBytes);
        ptrdiff_t at = shift;
        for (int channel = 0; channel < tile.channels; channel += tile.group) {
            IntLanes sum[kRows][kVectors];
            unroll<kVectors>([&](auto v) KERNEL_LAMBDA {
                constexpr int kVector = decltype(v)::value;
#if KERNEL_INT8_DOT
                const IntLanes column_sum = *reinterpret_cast<const IntLanes*>(sums + kVector * kWidth);
#endif
                unroll<kRows>([&](auto r) KERNEL_LAMBDA {
                    constexpr int kRow = decltype(r)::value;
#if KERNEL_INT8_DOT
                    const auto zero = reinterpret_cast<const int16_t*>(tile.row_zeros + at + kRow);
                    sum[kRow][kVector] = dot_pairs(repeat_pair(zero), column_sum);
#else
                    sum[kRow][kVector] = IntLanes{};
#endif
                });
            });
            constexpr int kStepsOfBlock = kInt8Block / kStepChannels;
            int left = (min_of(tile.group, tile.channels - channel) + kStepChannels - 1) / kStepChannels;
            for (; left > 0; left -= kStepsOfBlock, in += tile.entries * kInt8BlockBytes) {
                const int steps = min_of(left, kStepsOfBlock);
                for (int step = 0; step < steps; ++step) {
                    IntLanes columns[kVectors];
                    unroll<kVectors>([&](auto v) KERNEL_LAMBDA {
                        columns[decltype(v)::value] =
                            load_int8_weights(weights + decltype(v)::value * kWidth * kStepChannels);
                    });
                    unroll<kRows>([&](auto r) KERNEL_LAMBDA {
                        constexpr int kRow = decltype(r)::value;
                        const IntLanes x =
                            repeat_pair(reinterpret_cast<const int16_t*>(in + kRow * kInt8BlockBytes + step * 4));
                        unroll<kVectors>([&](auto v) KERNEL_LAMBDA {
                            constexpr int kVector = decltype(v)::value;
                            sum[kRow][kVector] = add_dot(sum[kRow][kVector], x, columns[kVector]);
                        });
                    });
                    weights += kStepBytes;
                }
            }
            unroll<kVectors>([&](auto v) KERNEL_LAMBDA {
                constexpr int kVector = decltype(v)::value;
                const Vector scale = load(scales + kVector * kWidth);
                unroll<kRows>([&](auto r) KERNEL_LAMBDA {
                    constexpr int kRow = decltype(r)::value;
                    results[kVector * kRows + kRow] +=
                        __builtin_convertvector(sum[kRow][kVector], Vector) * scale * tile.row_scales[at + kRow];
                });
            });
            at += static_cast<ptrdiff_t>(tile.entries);
            scales += kVectors * kWidth;
            sums += kVectors * kWidth;
            asm volatile("" : : : "memory");  // the results stay in memory: registers are for the sums
        }
    }
}

}  // namespace

}  // namespace katago::cpu

#endif
