// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

#include "backend/cpu/ops/epilogue.h"

namespace katago::cpu {

struct ConvGeometry {
    int kernel_y = 1, kernel_x = 1, dilation_y = 1, dilation_x = 1, in_channels = 0;
};

// A call of the first convolution, of the planes of the position. They are nearly all zero: only other values are
// multiplied.
//   in       [batch, height, width, in_channels], plain
//   weights  [kernel_y, kernel_x, in_channels, vectors * width]
struct ConvFirstCall {
    const float* in = nullptr;
    const float* weights = nullptr;
    int height = 0, width = 0, vectors = 0;
    ConvGeometry geometry;
    uint32_t* first_entry = nullptr;  // [points + 1]
    uint32_t* channels = nullptr;     // [points * in_channels]
    float* values = nullptr;          // [points * in_channels]
    EpilogueCall out;
};

struct ConvFirstKernel {
    std::string_view name;
    void (*run)(const ConvFirstCall& call);
};

}  // namespace katago::cpu
