// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

#include "backend/vulkan/ops/dispatch.h"
#include "nn/layers.h"
#include "nn/passes/fold_norms.h"

namespace katago::vulkan {

// Collects a network's weights in the form that shaders read, one after another. One thread at a time.
class WeightStore {
  public:
    // FP16 where `half`, else floats.
    WeightRange add(const std::vector<float>& values, bool half);
    // [taps, in, out] with both channels padded.
    WeightRange add_matrix(const LinearWeights& weights, int taps, int in, int out, bool half);
    // Of a 3x3 convolution, [36, in, out] with both channels padded: see ops/winograd.h.
    WeightRange add_winograd(const Conv2d& conv, bool half);
    // Pairs of two vectors' elements, padded with zeros; no bytes where the first is empty.
    WeightRange add_pairs(const std::vector<float>& first, const std::vector<float>& second);

    std::vector<std::byte> take() { return std::move(bytes_); }

  private:
    std::vector<std::byte> bytes_;
};

}  // namespace katago::vulkan
