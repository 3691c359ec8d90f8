// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <vector>

#include "nn/passes/find_glus.h"
#include "nn/passes/formulas.h"

// Graphs evaluated in double precision on a small board: layer by layer, or as the passes arrange the layers.
namespace pass_tests {

// Generated inputs of a graph for a board of 3 x 4.
Inputs random_inputs(const Graph& graph);

// The values of all nodes, by the layers' formulas.
std::vector<Value> evaluate(const Graph& graph, const Inputs& inputs);
// The values that fused nodes store, in their order; empty where one is not stored. Throws std::logic_error where one
// reads what is not stored.
std::vector<Value> evaluate(const FusedGraph& fused, const Inputs& inputs);
// The same, with each GLU computed as one step in the place of its last node, and its inner values forgotten.
std::vector<Value> evaluate(const FusedGraph& fused, std::span<const Glu> glus, const Inputs& inputs);

}  // namespace pass_tests
