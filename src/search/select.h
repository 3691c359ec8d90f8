// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "core/rng.h"
#include "search/context.h"
#include "search/node.h"

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

// The child of `edge`, with ending bonus and virtual losses.
//   fpu   for a child without statistics, White's view
ChildView view_child(const SearchContext& context, const TreeNode& parent, const Edge& edge, double fpu);

// The move that a playout takes next.
struct Selection {
    Point move = kNullPoint;  // kNullPoint: there is none
    Edge* edge = nullptr;     // null: a new child
    bool counts = true;       // false: the visit is not counted, neither on the edge nor above it
};

// Chooses moves by PUCT. Source: KataGo's child selection. One thread at a time has one.
class Selector {
  public:
    // `history` is at `node`, `depth` moves below the root; `visits_left` is how many more the run can make at most.
    Selection select(const SearchContext& context, const TreeNode& node, const BoardHistory& history, int depth,
                     double visits_left, Rng& rng);

  private:
    struct Known {
        Edge* edge;
        double prior;
        double weight;
    };
    struct Totals {
        double policy = 0;
        double weight = 0;
        double largest_weight = 0;
        int64_t visits = 0;
        bool has_pass = false, has_move = false;
    };
    struct Parent {
        NodeStats stats;
        double scaling = 0;
        double fpu = 0;
        double weight_per_visit = 1;
    };

    Totals gather(const SearchContext& context, const TreeNode& node);
    double root_score(const SearchContext& context, const Parent& parent, const Totals& totals, const Known& known,
                      const ChildView& child, double visits_left, Rng& rng) const;
    bool hint_is_behind(const Parent& parent, const Known& known, const ChildView& child) const;
    int best_new_index(const SearchContext& context, const TreeNode& node, int depth);

    std::vector<Known> known_;
    std::vector<int32_t> open_policy_;  // bits of the policy, -1.0f where there is a child
};

}  // namespace katago
