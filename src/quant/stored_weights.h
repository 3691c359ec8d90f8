// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "nn/graph.h"
#include "nn/stats.h"

namespace katago {

// The shape of a linear layer (convolution or matrix): one matrix of weights per tap.
struct LinearShape {
    int taps = 1, in_channels = 0, out_channels = 0;
};
LinearShape linear_shape(const Node& node);

// All weights as floats: what the size of a quantized network is measured against.
int64_t bytes_in_fp32(const Graph& graph);

// The same graph with other weights in its linear layers: those that `choose` returns.
using ChooseWeights = std::function<LinearWeights(NodeId, const LinearWeights&)>;
Graph with_weights(const Graph& graph, const ChooseWeights& choose);

// The weights rounded to FP16; nullopt where one would be infinite.
std::optional<LinearWeights> as_fp16(const LinearWeights& weights);

// The same graph with all linear layers in FP16, but for those that do not fit.
Graph in_fp16(const Graph& graph);

}  // namespace katago
