// SPDX-License-Identifier: MIT
#include "search/worker.h"

#include <algorithm>

#include "game/state_hash.h"

namespace katago {

namespace {

// Tells nodes apart at which play goes on after the end of the game.
constexpr Hash128 kForceNonTerminalHash{0x4F8D0A2C6E1B3975u, 0xD1C27B90E35A684Fu};

// What an edge takes, half empty blocks included.
constexpr int64_t kEdgeBytes = 3 * sizeof(Edge);

}  // namespace

void Worker::begin(const SearchContext& context, Tree& tree, uint64_t seed) {
    context_ = &context;
    tree_ = &tree;
    rng_ = Rng(seed);
}

bool Worker::playout(double visits_left) {
    history_ = context_->root_history;
    path_.clear();
    bool extra = false;
    const Outcome outcome = descend(visits_left, extra);
    unwind(outcome == Outcome::Updated);
    return outcome != Outcome::Lost && !extra;
}

Worker::Outcome Worker::descend(double visits_left, bool& extra) {
    TreeNode* node = tree_->root();
    for (;;) {
        if (history_.finished() && !node->force_non_terminal()) {
            add_result(*node);
            return Outcome::Updated;
        }
        const Evaluation* evaluation = node->evaluation();
        if (!evaluation) return evaluate_leaf(*node);
        const Selection selection = selector_.select(*context_, *node, history_, depth(), visits_left, rng_);
        if (selection.move == kNullPoint) {
            node->add_visit(first_stats(*context_, *node, *evaluation));
            return Outcome::Updated;
        }
        // Lines that lead to the same node may differ in what repetition forbids.
        if (!history_.is_legal(selection.move, node->player())) return reevaluate(*node);
        extra |= !selection.counts;
        TreeNode* child = step_into(*node, selection);
        if (!child) return Outcome::Lost;
        const Step& step = path_.back();
        // A transposition that is ahead of this edge: the edge catches up without searching.
        const SearchParams& params = context_->params;
        const bool leaks =
            params.graph_search_catch_up_leak_prob > 0 && rng_.chance(params.graph_search_catch_up_leak_prob);
        if (step.counts && !leaks && step.edge->visits() < child->visits()) return Outcome::Updated;
        if (on_path(child)) return Outcome::Updated;
        node = child;
    }
}

bool Worker::on_path(const TreeNode* node) const {
    return std::any_of(path_.begin(), path_.end(), [node](const Step& step) { return step.node == node; });
}

TreeNode* Worker::step_into(TreeNode& node, const Selection& selection) {
    const bool is_root = path_.empty();
    if (selection.edge) {
        TreeNode* child = selection.edge->child();
        history_.make_move(selection.move, node.player());
        child->virtual_losses.fetch_add(1, std::memory_order_relaxed);
        path_.push_back({&node, selection.edge, selection.counts});
        return child;
    }
    const SearchParams& params = context_->params;
    const bool suppressed = selection.move == kPass && history_.friendly_pass_suppressed();
    history_.make_move(selection.move, node.player());
    const bool force =
        selection.move == kPass && history_.finished() && ((params.conservative_pass && is_root) || suppressed);
    Tree::NewNode wanted{history_.next_player(), {}, force, nullptr};
    Hash128 key = rng_.hash();
    if (params.use_graph_search) {
        const Hash128& previous = is_root ? context_->root_graph_hash : node.graph_hash();
        wanted.graph_hash =
            next_graph_hash(previous, history_, params.graph_search_rep_bound, params.draw_equivalent_wins_for_white);
        key = force ? wanted.graph_hash ^ kForceNonTerminalHash : wanted.graph_hash;
    }
    if (params.subtree_value_bias_factor != 0) wanted.bias_history = &history_;
    TreeNode* child = tree_->find_or_create(key, wanted);
    // A clash of hashes: a node of its own.
    while (!child) child = tree_->find_or_create(rng_.hash(), wanted);
    child->virtual_losses.fetch_add(1, std::memory_order_relaxed);
    Edge* edge = node.add_edge(selection.move, child);
    if (!edge) {
        child->virtual_losses.fetch_sub(1, std::memory_order_relaxed);
        return nullptr;
    }
    tree_->note_bytes(kEdgeBytes);
    path_.push_back({&node, edge, selection.counts});
    return child;
}

Worker::Outcome Worker::evaluate_leaf(TreeNode& node) {
    std::shared_ptr<const Evaluation> evaluation;
    if (path_.empty())
        evaluation = context_->adjusted_root_evaluation;
    else
        evaluation = evaluations_.evaluate(history_.board(), history_, node.player(),
                                           context_->eval_options(depth(), node.player()));
    const NodeStats stats = first_stats(*context_, node, *evaluation);
    const int64_t bytes = Tree::bytes_of(*evaluation);
    if (!node.set_evaluation(std::move(evaluation), stats)) return Outcome::Lost;
    tree_->note_bytes(bytes);
    return Outcome::Updated;
}

Worker::Outcome Worker::reevaluate(TreeNode& node) {
    EvalOptions options = context_->eval_options(depth(), node.player());
    options.skip_cache = true;
    tree_->retire(node.replace_evaluation(evaluations_.evaluate(history_.board(), history_, node.player(), options)));
    return Outcome::Updated;
}

void Worker::add_result(TreeNode& node) {
    node.add_visit(stats_of_result(history_, context_->params.draw_equivalent_wins_for_white, context_->terminal_weight,
                                   context_->utility));
}

void Worker::unwind(bool updated) {
    for (auto step = path_.rbegin(); step != path_.rend(); ++step) {
        updated = updated && step->counts;
        if (updated) {
            step->edge->add_visit();
            backup_.add_visit(*context_, *step->node);
        }
        step->edge->child()->virtual_losses.fetch_sub(1, std::memory_order_relaxed);
    }
}

}  // namespace katago
