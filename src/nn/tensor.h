// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace katago {

// What a value of a graph is laid out as. Nothing in a graph fixes the board: a plan is compiled for one height and
// width.
//   Spatial   [N, H, W, C], the channel last; row 0 is the top of the board, column 0 its left ("A") column
//   Vector    [N, C]
enum class TensorKind : uint8_t { Spatial, Vector };

struct TensorType {
    TensorKind kind = TensorKind::Spatial;
    int channels = 0;
    bool operator==(const TensorType&) const = default;
};

// Weights are read once and shared by everything made from them: graphs, passes and packed models.
using Weights = std::shared_ptr<const std::vector<float>>;

inline Weights make_weights(std::vector<float> values) {
    return std::make_shared<const std::vector<float>>(std::move(values));
}

}  // namespace katago
