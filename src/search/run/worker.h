// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/rng.h"
#include "eval/eval_thread.h"
#include "eval/evaluator.h"
#include "search/policy/context.h"
#include "search/policy/select.h"
#include "search/run/backup.h"
#include "search/tree/tree.h"

namespace katago {

// Makes playouts: from the root down to a position that is new, and the result back up. One thread at a time has one;
// several work on one tree.
class Worker {
  public:
    // `human` imitates people; null: there is none.
    Worker(Evaluator& evaluator, Evaluator* human, uint64_t seed) : evaluations_(evaluator, seed), rng_(seed) {
        if (human) human_.emplace(*human, mix::split(seed));
    }

    // Both stay as they are, and alive, until the last playout.
    void begin(const SearchContext& context, Tree& tree, uint64_t seed);

    struct Bounds {
        double visits_left = 1e30;  // how many more there can be in this run
        bool may_grow = true;       // false: no new nodes
    };
    enum class Playout {
        Counts,     // towards limits
        Fruitless,  // another thread was faster, or the visit was an extra one
        Waited,     // nothing was done: it led to a position that another thread was having evaluated
    };
    // Throws what the evaluators throw.
    Playout playout(const Bounds& bounds);

    // The context's root as the network sees it, and as the one that imitates people does (null where it is not to be
    // asked).
    std::shared_ptr<const Evaluation> evaluate_root(const SearchContext& context);
    std::shared_ptr<const Evaluation> evaluate_root_as_human(const SearchContext& context);
    Rng& rng() { return rng_; }

  private:
    struct Step {
        TreeNode* node;
        Edge* edge;
        bool counts;
    };
    // How a descent ended.
    enum class Outcome {
        Updated,  // the node at the end of the path has one more visit
        Lost,     // another thread was faster
        Waited,   // another thread was having the position evaluated
    };

    Outcome descend(const Bounds& bounds, bool& extra);
    Outcome evaluate_leaf(TreeNode& node);
    Outcome claim_leaf(TreeNode& node);
    Outcome reevaluate(TreeNode& node);
    TreeNode::NetworkAnswers ask_networks(const TreeNode& node, EvalOptions options);
    Tree::NewNode describe_child(const TreeNode& node, const Selection& selection) const;
    void add_result(TreeNode& node);
    // Plays the selected move and enters its node, which is made where needed. Null: another thread was faster.
    TreeNode* step_into(TreeNode& node, const Selection& selection);
    bool on_path(const TreeNode* node) const;
    void unwind(bool updated);
    int depth() const { return static_cast<int>(path_.size()); }

    EvalThread evaluations_;
    std::optional<EvalThread> human_;
    Rng rng_;
    Selector selector_;
    Backup backup_;
    const SearchContext* context_ = nullptr;
    Tree* tree_ = nullptr;
    BoardHistory history_;
    std::vector<Step> path_;
};

}  // namespace katago
