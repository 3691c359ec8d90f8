// SPDX-License-Identifier: MIT
#pragma once

#include "search/policy/context.h"
#include "search/report.h"
#include "search/tree/node.h"

namespace katago {

NodeValues values_of(const NodeStats& stats);

// Everything that `options` ask for, of the tree below `root`, which has an evaluation. May run beside a search.
// Source: KataGo's analysis data.
Report make_report(const SearchContext& context, const TreeNode& root, const ReportOptions& options);

}  // namespace katago
