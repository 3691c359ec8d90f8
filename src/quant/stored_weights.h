// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "nn/graph.h"
#include "nn/stats.h"

namespace katago {

// A convolution or matrix as one table of numbers per tap.
struct ProductShape {
    int taps = 1, in_channels = 0, out_channels = 0;
};
ProductShape product_shape(const Node& node);

// All weights as floats: what the size of a quantized network is measured against.
int64_t bytes_in_fp32(const Graph& graph);

// The same graph with other weights in its products: those that `choose` returns.
using ChooseWeights = std::function<LinearWeights(NodeId, const LinearWeights&)>;
Graph with_weights(const Graph& graph, const ChooseWeights& choose);

// Rounded to halves; nullopt where one would be infinite.
std::optional<LinearWeights> as_halves(const LinearWeights& weights);

// All products as halves, those that do not fit as they are.
Graph with_halves(const Graph& graph);

}  // namespace katago
