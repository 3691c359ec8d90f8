// SPDX-License-Identifier: MIT
#pragma once

#include "backend/cpu/simd/vector.h"

namespace katago::cpu {

namespace {

// How large the integers of attention may be: sums of products must stay below 2^31.

// Queries and keys, whose products are added up over a head's channels.
KERNEL_INLINE float most_of_query(int channels) {
    const float most = __builtin_floorf(__builtin_sqrtf(2147483648.0f / static_cast<float>(channels)));
    return most < 32767 ? most : 32767;
}

// Values and probabilities, added up over all points: the values of a column have 14 bits, the probabilities of a row
// 15 and a sum of 17, so that those of a row where none stands out are not too coarse.
constexpr float kMostValue = 16383, kMostProbability = 32767;
KERNEL_INLINE float most_sum_of_probabilities(int points) {
    return 2147483647.0f / kMostValue - static_cast<float>(points);  // of which rounding needs a half each
}
// What exponentials up to 1 that add up to `total` are multiplied with.
KERNEL_INLINE float probability_factor(float most_sum, float total) {
    const float finest = most_sum / total;
    return finest < kMostProbability ? finest : kMostProbability;
}

}  // namespace

}  // namespace katago::cpu
