// SPDX-License-Identifier: MIT
#pragma once

#include "backend/cpu/ops/int8_tile.h"
#include "backend/cpu/simd/vector_s16.h"

#if defined(__AVX2__)

namespace katago::cpu {

namespace {

// What int8.inl needs of x86: with VNNI four products of bytes are added to each sum, else two of words.

constexpr int kInputsTogether = KERNEL_BYTE_PRODUCTS ? 4 : 2;
constexpr int kChannelUnit = kInputsTogether;
constexpr float kByteOffset = 0, kByteShift = 0;

KERNEL_INLINE RowZero stored_zero(float zero, float /* scale */) {
    return -static_cast<int32_t>(zero) & 0xffff;
}

#if KERNEL_BYTE_PRODUCTS
#if defined(__AVX512F__)
KERNEL_INLINE IntLanes load_weight_bytes(const int8_t* p) {
    return reinterpret_cast<IntLanes>(_mm512_load_si512(p));
}
KERNEL_INLINE IntLanes add_group_products(IntLanes sum, IntLanes x, IntLanes weights) {
    return reinterpret_cast<IntLanes>(_mm512_dpbusd_epi32(reinterpret_cast<__m512i>(sum), reinterpret_cast<__m512i>(x),
                                                          reinterpret_cast<__m512i>(weights)));
}
// Products of words, without a register that holds zeros.
KERNEL_INLINE IntLanes products_of(IntLanes a, IntLanes b) {
    return reinterpret_cast<IntLanes>(_mm512_madd_epi16(reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b)));
}
// 16 channels as bytes. Below zero is what rounding errors of the scale put there.
KERNEL_INLINE void store_bytes(uint8_t* out, const Vector* v) {
    const __m512i integers = _mm512_cvtps_epi32(reinterpret_cast<__m512>(larger(v[0], Vector{})));
    _mm_store_si128(reinterpret_cast<__m128i*>(out), _mm512_cvtusepi32_epi8(integers));
}
#else
KERNEL_INLINE IntLanes products_of(IntLanes a, IntLanes b) {
    return reinterpret_cast<IntLanes>(_mm256_madd_epi16(reinterpret_cast<__m256i>(a), reinterpret_cast<__m256i>(b)));
}
KERNEL_INLINE IntLanes load_weight_bytes(const int8_t* p) {
    return reinterpret_cast<IntLanes>(_mm256_load_si256(reinterpret_cast<const __m256i*>(p)));
}
KERNEL_INLINE IntLanes add_group_products(IntLanes sum, IntLanes x, IntLanes weights) {
    return reinterpret_cast<IntLanes>(_mm256_dpbusd_avx_epi32(
        reinterpret_cast<__m256i>(sum), reinterpret_cast<__m256i>(x), reinterpret_cast<__m256i>(weights)));
}
KERNEL_INLINE void store_bytes(uint8_t* out, const Vector* v) {
    const __m256i low = _mm256_cvtps_epi32(reinterpret_cast<__m256>(v[0]));
    const __m256i high = _mm256_cvtps_epi32(reinterpret_cast<__m256>(v[1]));
    const __m256i words = _mm256_permute4x64_epi64(_mm256_packs_epi32(low, high), 0xd8);
    _mm_store_si128(reinterpret_cast<__m128i*>(out),
                    _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1)));
}
#endif
#else
KERNEL_INLINE IntLanes add_group_products(IntLanes sum, IntLanes x, IntLanes weights) {
    return add_pair_products(sum, x, weights);
}
#if defined(__AVX512F__)
KERNEL_INLINE IntLanes load_weight_bytes(const int8_t* p) {
    return reinterpret_cast<IntLanes>(_mm512_cvtepi8_epi16(_mm256_load_si256(reinterpret_cast<const __m256i*>(p))));
}
// 16 channels as words.
KERNEL_INLINE void store_bytes(uint8_t* out, const Vector* v) {
    const __m512i integers = _mm512_cvtps_epi32(reinterpret_cast<__m512>(v[0]));
    _mm256_store_si256(reinterpret_cast<__m256i*>(out), _mm512_cvtsepi32_epi16(integers));
}
#else
KERNEL_INLINE IntLanes load_weight_bytes(const int8_t* p) {
    return reinterpret_cast<IntLanes>(_mm256_cvtepi8_epi16(_mm_load_si128(reinterpret_cast<const __m128i*>(p))));
}
KERNEL_INLINE void store_bytes(uint8_t* out, const Vector* v) {
    const __m256i words = reinterpret_cast<__m256i>(s16_block_of(v[0], v[1]));
    _mm256_store_si256(reinterpret_cast<__m256i*>(out), _mm256_permute4x64_epi64(words, 0xd8));
}
#endif
#endif

// results[kVectors][kRows]: sums of integers of one tap and group at a time, made floats with both scales.
template <int kRows, int kVectors>
void multiply_int8_tile(const Int8Tile& tile, Vector* results) {
    constexpr size_t kStepBytes = static_cast<size_t>(kVectors) * kWidth * kInputsTogether;
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
#if KERNEL_BYTE_PRODUCTS
                const IntLanes column_sum = *reinterpret_cast<const IntLanes*>(sums + kVector * kWidth);
#endif
                unroll<kRows>([&](auto r) KERNEL_LAMBDA {
                    constexpr int kRow = decltype(r)::value;
#if KERNEL_BYTE_PRODUCTS
                    const auto zero = reinterpret_cast<const int16_t*>(tile.row_zeros + at + kRow);
                    sum[kRow][kVector] = products_of(repeat_pair(zero), column_sum);
#else
                    sum[kRow][kVector] = IntLanes{};
#endif
                });
            });
            constexpr int kStepsOfBlock = kInt8Block / kInputsTogether;
            int left = (min_of(tile.group, tile.channels - channel) + kInputsTogether - 1) / kInputsTogether;
            for (; left > 0; left -= kStepsOfBlock, in += tile.entries * kInt8BlockBytes) {
                const int steps = min_of(left, kStepsOfBlock);
                for (int step = 0; step < steps; ++step) {
                    IntLanes columns[kVectors];
                    unroll<kVectors>([&](auto v) KERNEL_LAMBDA {
                        columns[decltype(v)::value] =
                            load_weight_bytes(weights + decltype(v)::value * kWidth * kInputsTogether);
                    });
                    unroll<kRows>([&](auto r) KERNEL_LAMBDA {
                        constexpr int kRow = decltype(r)::value;
                        const IntLanes x =
                            repeat_pair(reinterpret_cast<const int16_t*>(in + kRow * kInt8BlockBytes + step * 4));
                        unroll<kVectors>([&](auto v) KERNEL_LAMBDA {
                            constexpr int kVector = decltype(v)::value;
                            sum[kRow][kVector] = add_group_products(sum[kRow][kVector], x, columns[kVector]);
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
