// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "core/rng.h"
#include "search/policy/context.h"
#include "search/policy/move_value.h"
#include "search/tree/node.h"

namespace katago {

struct ChoiceOptions {
    bool lcb = true;              // where the parameters want it
    bool raw_policy = true;       // moves without visits may be listed: by the policy where there is nothing else to
                                  // go by, and where people would play them
    double smallest_maximum = 0;  // scale up so that the best value is at least this
};

// The values of a node's moves, children in the order in which they were made. Empty where there is nothing to go by.
// Source: KataGo's play selection values.
std::vector<MoveValue> move_values(const SearchContext& context, const TreeNode& node, const ChoiceOptions& options);

// Averages over the node's children by those values (without LCB) and its own evaluation; the plain averages where
// there are no values. Visits and weight are the plain ones.
NodeStats pruned_stats(const SearchContext& context, const TreeNode& node);

// Draws an index in proportion to value^(1/temperature), of the values that are below `only_below` of the sum; with
// next to no temperature the first largest. At least one value is positive.
size_t draw_index(const std::vector<double>& values, double temperature, double only_below, Rng& rng);

// How the values differ from the policy. Source: KataGo's policy surprise.
struct Surprise {
    double surprise = 0;
    double search_entropy = 0;
    double policy_entropy = 0;
};
Surprise policy_surprise(const SearchContext& context, const TreeNode& node);

}  // namespace katago
