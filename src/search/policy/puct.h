// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>

#include "search/policy/context.h"
#include "search/tree/node.h"

namespace katago {

// What PUCT multiplies the prior / (1 + weight) of a move with, at a node of these statistics whose children weigh
// `children_weight` together.
double exploration_scaling(const SearchParams& params, const NodeStats& parent, double children_weight);

// The utility that a move without visits is taken to have, White's view. `visited_policy` is the policy of those that
// have some.
double first_play_utility(const SearchContext& context, const TreeNode& node, const NodeStats& parent,
                          double visited_policy);

inline double puct(double scaling, double prior, double weight, double self_utility) {
    return prior < 0 ? -1e50 : scaling * prior / (1 + weight) + self_utility;
}

// A child as PUCT sees it, for the player to move.
struct ChildView {
    double weight = 0;
    double self_utility = 0;
};

// What the playouts under way through a child weigh: visits whose value is not known yet.
inline double pending_weight(const SearchContext& context, const TreeNode& child) {
    return child.virtual_losses.load(std::memory_order_relaxed) * context.params.virtual_losses_per_thread;
}

// The child of `edge`, with ending bonus and virtual losses. By default these turn other playouts away by their weight
// alone, which the parent's total has too: to count them as lost besides, as KataGo does, makes good moves look bad,
// the more so the fewer visits the threads share. Source: Liu and others, Watch the Unobserved, ICLR 2020.
//   weight   that the child counts with
//   fpu      for a child without statistics, White's view
inline ChildView view_child(const SearchContext& context, const TreeNode& parent, const Edge& edge, double weight,
                            double fpu) {
    const TreeNode& child = *edge.child();
    ChildView view{.weight = weight};
    double utility = fpu;
    if (child.visits() > 0 && view.weight > 0) {
        utility = child.utility();
        if (parent.is_root()) utility += context.ending_bonus_utility(edge.move(), child.stats());
    }
    view.self_utility = for_player(parent.player(), utility);
    if (const double losses = pending_weight(context, child); losses > 0) {
        const double share = context.params.virtual_loss_utility * losses / (losses + std::max(0.25, view.weight));
        view.self_utility += share * (-context.utility.radius() - view.self_utility);
        view.weight += losses;
    }
    return view;
}

}  // namespace katago
