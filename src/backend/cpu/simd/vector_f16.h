// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "backend/cpu/simd/fp16_storage.h"
#include "backend/cpu/simd/vector.h"

#if defined(__ARM_FEATURE_FP16_VECTOR_ARITHMETIC)

namespace katago::cpu {

namespace {

// Vectors of eight FP16 lanes, for Armv8.2-A cores with FP16 arithmetic.

using Fp16x8Bits [[gnu::may_alias]] = float16x8_t;

struct Fp16x8 {
    float16x8_t v;
};
KERNEL_INLINE Fp16x8 operator+(Fp16x8 a, Fp16x8 b) {
    return {vaddq_f16(a.v, b.v)};
}
KERNEL_INLINE Fp16x8 load_fp16x8(const int16_t* p) {
    return {*reinterpret_cast<const Fp16x8Bits*>(p)};
}
KERNEL_INLINE void store_fp16x8(int16_t* p, Fp16x8 x) {
    *reinterpret_cast<Fp16x8Bits*>(p) = x.v;
}
// Two vectors beside each other. A pair takes as long to store as one vector, but GCC pairs no stores whose address is
// a sum.
KERNEL_INLINE void store_fp16x8_pair(int16_t* p, Fp16x8 first, Fp16x8 second) {
    struct [[gnu::may_alias]] Pair {
        float16x8_t v[2];
    };
    asm("stp %q1, %q2, %0" : "=Q"(*reinterpret_cast<Pair*>(p)) : "w"(first.v), "w"(second.v));
}
// A constant as the addend of a multiply-add: see start_from() of floats.
KERNEL_INLINE Fp16x8 start_from(const Fp16x8& constant) {
    Fp16x8 x;
    asm volatile("ldr %q0, %1" : "=w"(x.v) : "m"(constant.v));
    return x;
}
KERNEL_INLINE Fp16x8 fp16x8_of(Vector low, Vector high) {
    return {vcvt_high_f16_f32(vcvt_f16_f32(neon(low)), neon(high))};
}
KERNEL_INLINE Vector low_fp32(Fp16x8 x) {
    return reinterpret_cast<Vector>(vcvt_f32_f16(vget_low_f16(x.v)));
}
KERNEL_INLINE Vector high_fp32(Fp16x8 x) {
    return reinterpret_cast<Vector>(vcvt_high_f32_f16(x.v));
}
// a * b[kLane], and sum += a * b[kLane]. In assembly: GCC 12 copies the lane to a whole vector first, which takes as
// long as a multiplication. Operands of which one lane is taken must be in the registers 0 to 15 ("x").
template <int kLane>
KERNEL_INLINE Fp16x8 times_lane(Fp16x8 a, Fp16x8 b) {
    Fp16x8 product;
    asm volatile("fmul %0.8h, %1.8h, %2.h[%3]" : "=w"(product.v) : "w"(a.v), "x"(b.v), "i"(kLane));
    return product;
}
template <int kLane>
KERNEL_INLINE void add_times_lane(Fp16x8& sum, Fp16x8 a, Fp16x8 b) {
    asm volatile("fmla %0.8h, %1.8h, %2.h[%3]" : "+w"(sum.v) : "w"(a.v), "x"(b.v), "i"(kLane));
}

}  // namespace

}  // namespace katago::cpu

#endif
