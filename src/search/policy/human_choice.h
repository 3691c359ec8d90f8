// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "search/policy/context.h"
#include "search/policy/move_value.h"

namespace katago {

// Moves the values of a node's moves towards what people would play, as far as humanSLChosenMoveProp says.
//   any_move   at the root, moves without a child are added where people would play them
void mix_human(const SearchContext& context, const TreeNode& node, bool suppress_pass, bool any_move,
               std::vector<MoveValue>& values);

}  // namespace katago
