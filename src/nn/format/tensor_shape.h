// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

namespace katago {

// The shapes of the tensors in files of our own, of a layer's dimensions: outermost first, the input channels last but
// one.
using Dimensions = std::vector<int>;

inline std::vector<uint64_t> shape_of(const Dimensions& dimensions) {
    return {dimensions.begin(), dimensions.end()};
}

// The shape of INT8 weights' scales: one for each block of input channels.
inline std::vector<uint64_t> scale_shape(const Dimensions& dimensions, int block) {
    std::vector<uint64_t> shape = shape_of(dimensions);
    uint64_t& channels = shape[shape.size() - 2];
    channels = (channels + static_cast<uint64_t>(block) - 1) / static_cast<uint64_t>(block);
    return shape;
}

}  // namespace katago
