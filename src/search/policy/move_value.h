// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "search/policy/context.h"
#include "search/tree/node.h"

namespace katago {

// A lower confidence bound of a child's utility for the player to move, and the interval's radius.
struct ConfidenceBound {
    double lcb = 0;
    double radius = 0;
};

ConfidenceBound confidence_bound(const SearchContext& context, const TreeNode& parent, const Edge& edge);

// What a move is worth as a choice.
struct MoveValue {
    Point move = kNullPoint;
    const Edge* edge = nullptr;  // null: not searched
    double value = 0;
    ConfidenceBound bound;
};

// Raises the move with the best lower confidence bound above those that its bound beats. `reference_weight`: of the
// child that others are measured by; those with too small a share of it are not considered.
void apply_lcb(const SearchParams& params, double reference_weight, std::vector<MoveValue>& values);

// The policy's probability of a move at an evaluated node.
inline double prior_of(const SearchContext& context, const TreeNode& node, Point move) {
    return node.evaluation()->policy[static_cast<size_t>(context.policy_index_of(move))];
}

}  // namespace katago
