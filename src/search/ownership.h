// SPDX-License-Identifier: MIT
#pragma once

#include "search/policy/context.h"
#include "search/report.h"
#include "search/tree/node.h"

namespace katago {

// Ownership averaged over the tree below `node`; empty where its evaluation has none.
Ownership average_ownership(const SearchContext& context, const TreeNode& node);

}  // namespace katago
