// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "nn/layers.h"

namespace katago {

// Far above any network, low enough that sums and products of a few dimensions stay within 64 bits.
inline constexpr int kMaxChannels = 1 << 20;

// Throws ModelError("<name>: <what> is <found>, must be positive") if it is not, or if it is beyond any network.
void check_channels(const std::string& name, std::string_view what, int found);

// How many weights the layer's dimensions ask for. Throws ModelError("<name>: ...") unless kernels are positive and
// odd, channels and dilations positive, and the count within reason: nothing is allocated by an unchecked number.
size_t weight_count(const std::string& name, const Conv2d& conv);
size_t weight_count(const std::string& name, const MatMul& matmul);

// Throws ModelError("<name>: has <found> values of <what>, must have <wanted>") where they differ.
void check_size(const std::string& name, const char* what, size_t found, size_t wanted);

// What weights must fit, checked by weight_count(): taps are the places of a kernel, 1 for a matrix.
struct WeightDims {
    int taps = 1, in_channels = 0, out_channels = 0;
    bool operator==(const WeightDims&) const = default;
};
// Throws ModelError("<name>: ...") where the number of weights, or the form of INT8 weights, does not fit.
void check_weights(const std::string& name, const LinearWeights& weights, const WeightDims& dims);

}  // namespace katago
