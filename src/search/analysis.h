// SPDX-License-Identifier: MIT
#pragma once

#include "search/report.h"
#include "search/run/context.h"
#include "search/tree/node.h"

namespace katago {

NodeValues values_of(const NodeStats& stats);

// Everything that `options` ask for, of the tree below `root`, which has an evaluation. May run beside a search.
// Source: KataGo's analysis data.
Report make_report(const SearchContext& context, const TreeNode& root, const ReportOptions& options);

// Ownership averaged over the tree below `node`; empty where its evaluation has none.
Ownership average_ownership(const SearchContext& context, const TreeNode& node);

}  // namespace katago
