// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <vector>

#include "nn/graph.h"

namespace katago {

// The most that an INT8 file takes, of the weights in FP32, where there is room for layers in FP16: 28 % with its
// notes.
inline constexpr double kMostFileShare = 0.279;

// Input channels that share a scale: 32 where the file has room for so many scales, else 64.
int block_in_room(const Graph& graph);

// Those of the linear layers that INT8 may hold which a file has room for in FP16, the first ones first. `block`: the
// input channels that share a scale in the others.
std::vector<NodeId> fp16_in_room(const Graph& graph, int block, std::span<const NodeId> worst_first);

}  // namespace katago
