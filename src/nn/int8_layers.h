// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "nn/graph.h"

namespace katago {

// The linear layers (convolutions and matrices) whose weights may be INT8: those of the trunk that are applied at every
// point. Heads and layers of whole-board vectors are small and sensitive.
std::vector<NodeId> int8_candidates(const Graph& graph);

// Those of them that tolerate 8-bit inputs as well as 8-bit weights: all, but where there is attention only its
// queries, keys and output and the three layers of GLUs. Values and the bottleneck's 1x1 convolutions there are a fifth
// of the work and half of the error. Layers that a network stored in INT8 keeps in FP16 are left out.
std::vector<NodeId> int8_layers(const Graph& graph);

// Those of int8_layers() that kernels with INT8 inputs compute: matrices, 1x1 and 3x3 convolutions, without those that
// read the planes of the position, for which there are kernels in floats. Only for them may it pay that all weights of
// an output share a scale.
std::vector<NodeId> int8_input_layers(const Graph& graph);

// Whether a network is a transformer, of whatever kind.
bool has_attention(const Graph& graph);

}  // namespace katago
