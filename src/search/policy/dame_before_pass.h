// SPDX-License-Identifier: MIT
#pragma once

#include "search/policy/context.h"
#include "search/tree/node.h"

namespace katago {

// Under territory rules the root's pass is held back while a neutral point can be filled at no loss. Source: KataGo's
// fillDameBeforePass.
bool pass_is_suppressed(const SearchContext& context, const TreeNode& node);

}  // namespace katago
