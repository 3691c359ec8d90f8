// SPDX-License-Identifier: MIT
#include "search/run/worker.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "game/state_hash.h"

namespace katago {

namespace {

// Tells nodes apart at which play goes on after the end of the game.
constexpr Hash128 kForceNonTerminalHash{0x4F8D0A2C6E1B3975u, 0xD1C27B90E35A684Fu};

// What an edge takes, half empty blocks included.
constexpr int64_t kEdgeBytes = 3 * sizeof(Edge);

constexpr std::chrono::microseconds kWaitForEvaluation{50};  // before looking whether it is there

}  // namespace

void Worker::begin(const SearchContext& context, Tree& tree, uint64_t seed) {
    context_ = &context;
    tree_ = &tree;
    rng_ = Rng(seed);
}

Worker::Playout Worker::playout(const Bounds& bounds) {
    history_ = context_->root_history;
    path_.clear();
    bool extra = false;
    const Outcome outcome = descend(bounds, extra);
    unwind(outcome == Outcome::Updated);
    if (outcome == Outcome::Waited) return Playout::Waited;
    return outcome == Outcome::Lost || extra ? Playout::Fruitless : Playout::Counts;
}

Worker::Outcome Worker::descend(const Bounds& bounds, bool& extra) {
    TreeNode* node = tree_->root();
    for (;;) {
        if (history_.finished() && !node->force_non_terminal()) {
            add_result(*node);
            return Outcome::Updated;
        }
        const Evaluation* evaluation = node->evaluation();
        if (!evaluation) return claim_leaf(*node);
        const Selection selection =
            selector_.select(*context_, {*node, history_, depth(), bounds.visits_left, bounds.may_grow}, rng_);
        if (selection.move == kNullPoint) {
            node->add_visit(first_stats(*context_, *node, *evaluation, node->own_utility()));
            return Outcome::Updated;
        }
        // Lines that lead to the same node may differ in what repetition forbids.
        if (!history_.is_legal(selection.move, node->player())) return reevaluate(*node);
        extra |= selection.extra;
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
        child->prefetch_contents();
        history_.make_move(selection.move, node.player());
        child->virtual_losses.fetch_add(1, std::memory_order_relaxed);
        path_.push_back({&node, selection.edge, selection.counts});
        return child;
    }
    const SearchParams& params = context_->params;
    const bool suppressed = selection.move == kPass && history_.friendly_pass_suppressed();
    history_.make_move(selection.move, node.player());
    Tree::NewNode wanted = describe_child(node, selection);
    wanted.force_non_terminal =
        selection.move == kPass && history_.finished() && ((params.conservative_pass && is_root) || suppressed);
    Hash128 key = rng_.hash();
    if (params.use_graph_search)
        key = wanted.force_non_terminal ? wanted.graph_hash ^ kForceNonTerminalHash : wanted.graph_hash;
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

// The node at the end of the history, after the selected move of `node`.
Tree::NewNode Worker::describe_child(const TreeNode& node, const Selection& selection) const {
    const SearchParams& params = context_->params;
    Tree::NewNode wanted;
    wanted.player = history_.next_player();
    if (params.use_graph_search)
        wanted.graph_hash = next_graph_hash(node.is_root() ? context_->root_graph_hash : node.graph_hash(), history_,
                                            params.graph_search_rep_bound, params.draw_equivalent_wins_for_white);
    if (params.subtree_value_bias_factor != 0 && !context_->mirror.active()) wanted.bias_history = &history_;
    if (!context_->patterns.empty() && node.player() == context_->search_player)
        wanted.pattern = PatternBonuses::key_of(history_.board_ago(1), selection.move, node.player());
    if (context_->value_memory)
        wanted.remembered = context_->value_memory->find(wanted.graph_hash ^ context_->params_hash);
    wanted.with_extras = wanted.pattern != 0 || wanted.remembered || context_->human_below_root;
    return wanted;
}

// What the networks say of the position at the end of the history.
TreeNode::NetworkAnswers Worker::ask_networks(const TreeNode& node, EvalOptions options) {
    TreeNode::NetworkAnswers answers;
    if (context_->human_below_root && !path_.empty())
        answers.human = human_->evaluate(history_.board(), history_, node.player(),
                                         context_->human_eval_options(depth(), node.player()));
    const bool corrects = context_->mirror.active() && context_->mirror_line(history_).corrects_evaluation();
    options.include_ownership |= corrects;
    answers.own = evaluations_.evaluate(history_.board(), history_, node.player(), options);
    if (corrects) answers.own = context_->mirror_line(history_).corrected(*answers.own);
    answers.own_utility = stats_of(*answers.own, 1, context_->utility).utility;
    return answers;
}

// One thread has a position evaluated. Others that come to it meanwhile wait there, so that their weight turns still
// others away, and begin anew with what it says.
Worker::Outcome Worker::claim_leaf(TreeNode& node) {
    if (!node.claim_evaluation()) {
        while (node.evaluation_is_claimed() && !node.evaluation()) std::this_thread::sleep_for(kWaitForEvaluation);
        return Outcome::Waited;
    }
    struct Release {
        TreeNode& node;
        ~Release() { node.release_evaluation(); }
    } const release{node};
    // It may have come between the look at it and the claim.
    return node.evaluation() ? Outcome::Waited : evaluate_leaf(node);
}

Worker::Outcome Worker::evaluate_leaf(TreeNode& node) {
    TreeNode::NetworkAnswers answers;
    if (path_.empty()) {
        answers.own = context_->adjusted_root_evaluation;
        answers.own_utility = stats_of(*answers.own, 1, context_->utility).utility;
    } else {
        answers = ask_networks(node, context_->eval_options(depth(), node.player()));
    }
    const NodeStats stats = first_stats(*context_, node, *answers.own, answers.own_utility);
    const int64_t bytes = Tree::bytes_of(*answers.own) + (answers.human ? Tree::bytes_of(*answers.human) : 0);
    if (!node.set_evaluation(std::move(answers), stats)) return Outcome::Lost;
    tree_->note_bytes(bytes);
    return Outcome::Updated;
}

Worker::Outcome Worker::reevaluate(TreeNode& node) {
    EvalOptions options = context_->eval_options(depth(), node.player());
    options.skip_cache = true;
    TreeNode::NetworkAnswers answers = ask_networks(node, options);
    tree_->retire(node.replace_evaluation(std::move(answers.own), answers.own_utility));
    return Outcome::Updated;
}

std::shared_ptr<const Evaluation> Worker::evaluate_root(const SearchContext& context) {
    const BoardHistory& history = context.root_history;
    const Player player = context.root_player();
    const EvalOptions options = context.eval_options(0, player);
    const int symmetries = context.params.root_num_symmetries_to_sample;
    auto evaluation = symmetries > 1 ? evaluations_.evaluate_mean(history.board(), history, player, options, symmetries)
                                     : evaluations_.evaluate(history.board(), history, player, options);
    if (!context.mirror.active()) return evaluation;
    const MirrorLine line = context.mirror_line(history);
    return line.corrects_evaluation() ? line.corrected(*evaluation) : evaluation;
}

std::shared_ptr<const Evaluation> Worker::evaluate_root_as_human(const SearchContext& context) {
    if (!context.asks_human) return nullptr;
    const BoardHistory& history = context.root_history;
    const Player player = context.root_player();
    const EvalOptions options = context.human_eval_options(0, player);
    const int symmetries = context.params.root_num_symmetries_to_sample;
    return symmetries > 1 ? human_->evaluate_mean(history.board(), history, player, options, symmetries)
                          : human_->evaluate(history.board(), history, player, options);
}

void Worker::add_result(TreeNode& node) {
    NodeStats stats = stats_of_result(history_, context_->params.draw_equivalent_wins_for_white,
                                      context_->terminal_weight, context_->utility);
    if (const double bonus = context_->pattern_utility(node); bonus != 0) {
        stats.utility += bonus;
        stats.utility_sq = stats.utility * stats.utility;
    }
    node.add_visit(stats);
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
