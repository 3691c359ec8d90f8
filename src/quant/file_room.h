// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <vector>

#include "nn/graph.h"

namespace katago {

// The most that an INT8 file takes, of the weights in FP32, where there is room for halves: 28 % with its notes.
inline constexpr double kMostFileShare = 0.279;

// Input channels that share a scale: 32 where the file has room for so many scales, else 64.
int block_in_room(const Graph& graph);

// Those of the products that INT8 may hold which a file has room for in halves, the first ones first. `block` is that
// of the others.
std::vector<NodeId> halves_in_room(const Graph& graph, int block, std::span<const NodeId> worst_first);

}  // namespace katago
