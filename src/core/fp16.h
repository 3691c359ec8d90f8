// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstdint>

namespace katago {

// FP16 (IEEE 754 binary16) as it is stored in files. The conversions are our own: GCC 11 has no _Float16 on x86-64.

inline float float_of_fp16(uint16_t bits) {
    const uint32_t sign = uint32_t{bits & 0x8000u} << 16, rest = bits & 0x7fffu;
    if (rest >= 0x7c00) return std::bit_cast<float>(sign | 0x7f800000u | (rest & 0x3ffu) << 13);
    // Shifted into place the exponent is too small by 127 - 15, for subnormal numbers too.
    return std::bit_cast<float>(sign | std::bit_cast<uint32_t>(std::bit_cast<float>(rest << 13) * 0x1p112f));
}

// To the nearest, ties to even; infinity beyond 65504.
inline uint16_t fp16_of_float(float x) {
    const uint32_t bits = std::bit_cast<uint32_t>(x);
    const auto sign = static_cast<uint16_t>(bits >> 16 & 0x8000u);
    const uint32_t size = bits & 0x7fffffffu;
    if (size > 0x7f800000u) return sign | 0x7e00u;   // not a number
    if (size >= 0x477ff000u) return sign | 0x7c00u;  // 65520 and more
    if (size < 0x38800000u) {                        // below the least normal number, 2^-14
        // Adding 1/2 leaves multiples of 2^-24 in the low bits, rounded by the addition.
        const float shifted = std::bit_cast<float>(size) + 0.5f;
        return static_cast<uint16_t>(sign | (std::bit_cast<uint32_t>(shifted) - 0x3f000000u));
    }
    const uint32_t odd = size >> 13 & 1;
    return static_cast<uint16_t>(sign | ((size - 0x38000000u + 0xfffu + odd) >> 13));
}

}  // namespace katago
