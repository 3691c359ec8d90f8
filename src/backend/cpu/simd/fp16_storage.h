// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "backend/cpu/simd/vector.h"

#if defined(__aarch64__)

namespace katago::cpu {

namespace {

// FP16 (IEEE binary16) as a format of storage: every Armv8 core converts it to and from FP32, whether or not it
// computes in it. Its bits are kept as int16_t.

constexpr int kFp16Width =
    8;  // FP16 lanes of a vector; also the channels of an FP16 channel block, two blocks of floats

constexpr int fp16_blocks_of(int channels) {
    return (channels + kFp16Width - 1) / kFp16Width;
}
KERNEL_INLINE float32x4_t neon(Vector v) {
    return reinterpret_cast<float32x4_t>(v);
}
// Four FP16 numbers, as FP32.
KERNEL_INLINE Vector load_fp16(const int16_t* p) {
    return reinterpret_cast<Vector>(vcvt_f32_f16(vld1_f16(reinterpret_cast<const float16_t*>(p))));
}
KERNEL_INLINE void store_fp16(int16_t* p, Vector v) {
    vst1_f16(reinterpret_cast<float16_t*>(p), vcvt_f16_f32(neon(v)));
}

}  // namespace

}  // namespace katago::cpu

#elif defined(__AVX512F__)

namespace katago::cpu {

namespace {

// The same for x86, whose kernels of our own do not store FP16.
KERNEL_INLINE Vector load_fp16(const int16_t* p) {
    return reinterpret_cast<Vector>(_mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))));
}
KERNEL_INLINE void store_fp16(int16_t* p, Vector v) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p),
                        _mm512_cvtps_ph(reinterpret_cast<__m512>(v), _MM_FROUND_TO_NEAREST_INT));
}

}  // namespace

}  // namespace katago::cpu

#endif
