// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "backend/cpu/simd/vector.h"

#if defined(__aarch64__) && !defined(__ARM_FEATURE_FP16_VECTOR_ARITHMETIC)

namespace katago::cpu {

namespace {

// The rows of inputs of gemm_s16f32, and their quantization to 16-bit integers with a scale a row.

// Rows of inputs as floats and as 16-bit integers, both in blocks of [rows][width] with a stride from block to block.
// An integer times the scale of its row is about the float.
struct S16F32Rows {
    const float* f32 = nullptr;
    size_t f32_stride = 0;
    int16_t* s16 = nullptr;
    size_t s16_stride = 0;
    float* scales = nullptr;
    S16F32Rows from(int row) const {
        return {f32 + row * kWidth, f32_stride, s16 + row * kWidth, s16_stride, scales + row};
    }
};

// v * factors, rounded to integers that must fit in 15 bits and a sign.
KERNEL_INLINE int16x4_t round_to_s16(Vector v, Vector factors) {
    const float32x4_t rounded = vfmaq_f32(vdupq_n_f32(kRoundToLowBits), reinterpret_cast<float32x4_t>(v),
                                          reinterpret_cast<float32x4_t>(factors));
    return vmovn_s32(vreinterpretq_s32_f32(rounded));
}

// The scales of kRows rows whose integers may be up to `limit`, and the factors that make these integers.
template <int kRows>
KERNEL_INLINE Vector scales_of_rows(const float* in, size_t stride, int blocks, float limit) {
    // Of floats without their signs the largest has the largest bits, and to compare those takes half as long.
    uint32x4_t largest[kWidth] = {};
    for (int block = 0; block < blocks; ++block, in += stride) {
        unroll<kRows>([&](auto r) KERNEL_LAMBDA {
            constexpr int kRow = decltype(r)::value;
            const uint32x4_t bits = reinterpret_cast<uint32x4_t>(load(in + kRow * kWidth));
            largest[kRow] = vmaxq_u32(largest[kRow], vandq_u32(bits, vdupq_n_u32(0x7fffffffu)));
        });
    }
    const uint32x4_t of_rows = vpmaxq_u32(vpmaxq_u32(largest[0], largest[1]), vpmaxq_u32(largest[2], largest[3]));
    return reinterpret_cast<Vector>(of_rows) * (1 / limit);
}
KERNEL_INLINE Vector factors_of_scales(Vector scales) {
    constexpr float kLeast = 1e-35f;  // a row of zeros stays zero
    return 1 / larger(scales, all(kLeast));
}

// Rounds kRows rows, each times its factor, to their integers.
template <int kRows>
KERNEL_INLINE void round_rows(const S16F32Rows& rows, int blocks, Vector factors) {
    const float32x4_t of_rows = reinterpret_cast<float32x4_t>(factors);
    const float* from = rows.f32;
    int16_t* to = rows.s16;
    for (int block = 0; block < blocks; ++block, from += rows.f32_stride, to += rows.s16_stride) {
        int16x8_t rounded[kRows];  // in every other lane
        unroll<kRows>([&](auto r) KERNEL_LAMBDA {
            constexpr int kRow = decltype(r)::value;
            rounded[kRow] = vreinterpretq_s16_f32(
                vfmaq_laneq_f32(vdupq_n_f32(kRoundToLowBits), vld1q_f32(from + kRow * kWidth), of_rows, kRow));
        });
        unroll<kRows / 2>([&](auto pair) KERNEL_LAMBDA {
            constexpr int kFirst = 2 * decltype(pair)::value;
            vst1q_s16(to + kFirst * kWidth, vuzp1q_s16(rounded[kFirst], rounded[kFirst + 1]));
        });
        if constexpr (kRows % 2 != 0) {
            vst1_s16(to + (kRows - 1) * kWidth, vmovn_s32(vreinterpretq_s32_s16(rounded[kRows - 1])));
        }
    }
}

template <int kRows>
KERNEL_INLINE void quantize_few_s16f32_rows(const S16F32Rows& rows, int blocks, float limit, bool scales_ready) {
    Vector scales{};
    if (scales_ready) {
        for (int r = 0; r < kRows; ++r) scales[r] = rows.scales[r];
    } else {
        scales = scales_of_rows<kRows>(rows.f32, rows.f32_stride, blocks, limit);
        for (int r = 0; r < kRows; ++r) rows.scales[r] = scales[r];
    }
    round_rows<kRows>(rows, blocks, factors_of_scales(scales));
}
// Quantizes `count` rows to integers up to `limit`, with the scales that are there already or else are found.
void quantize_s16f32_rows(const S16F32Rows& rows, int count, int blocks, float limit, bool scales_ready) {
    int row = 0;
    for (; row + kWidth <= count; row += kWidth) {
        quantize_few_s16f32_rows<kWidth>(rows.from(row), blocks, limit, scales_ready);
    }
    for (; row < count; ++row) quantize_few_s16f32_rows<1>(rows.from(row), blocks, limit, scales_ready);
}

}  // namespace

}  // namespace katago::cpu

#endif
