// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "search/policy/context.h"
#include "search/tree/node.h"

namespace katago {

// A child's part in its parent's averages.
struct ChildTerm {
    NodeStats stats;
    double weight = 0;        // that the parent gives it
    double self_utility = 0;  // for the parent's player
    double policy = 0;
};

// Takes weight from children that proved worse than those before them and got more visits than their policy says.
// Returns the weight that is left. `children` in the order in which they were made.
double prune_noise(const SearchParams& params, std::vector<ChildTerm>& children);

struct ValueWeighing {
    double exponent = 0;  // how strongly
    double subtract = 0;  // weight taken from each child,
    double prune = 0;     // below which it gets nothing
};
// Shifts weight from bad children to good ones; afterwards the weights add up to `total`.
void weigh_by_value(std::vector<ChildTerm>& children, double total, const ValueWeighing& weighing);

// Recomputes nodes from their children. Source: KataGo's recomputation of node statistics. One thread at a time has
// one; several may work on the same tree.
class Backup {
  public:
    // Counts one more visit of `node` and brings its averages up to date; where another thread is at it, leaves both to
    // that one.
    void add_visit(const SearchContext& context, TreeNode& node);
    // Between searches: brings averages up to date with the children and the present utility function.
    void refresh(const SearchContext& context, TreeNode& node);

  private:
    void recompute(const SearchContext& context, TreeNode& node, int64_t new_visits);

    std::vector<ChildTerm> children_;
};

// The statistics of a first visit, with the correction found for such positions. own_utility: of the evaluation alone.
NodeStats first_stats(const SearchContext& context, const TreeNode& node, const Evaluation& evaluation,
                      double own_utility);

}  // namespace katago
