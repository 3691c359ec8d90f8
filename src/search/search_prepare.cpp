// SPDX-License-Identifier: MIT
// What a search works out before its threads start: the root's evaluation and what follows from it.
#include "game/areas.h"
#include "game/state_hash.h"
#include "search/policy/root.h"
#include "search/run/backup.h"
#include "search/search_state.h"

namespace katago {

namespace {

// The first model version that predicts its own errors.
constexpr int kVersionWithErrors = 9;

}  // namespace

void Search::State::choose_search_player(bool pondering) {
    const Player root_player = context.root_player();
    Player player = root_player;
    if (pondering) player = context.search_player == Color::Empty ? opponent(root_player) : context.search_player;
    const SearchParams& params = context.params;
    const HumanRates root{params.human_root_explore_prob_weightless, params.human_root_explore_prob_weightful};
    const HumanRates own{params.human_pla_explore_prob_weightless, params.human_pla_explore_prob_weightful};
    const HumanRates others{params.human_opp_explore_prob_weightless, params.human_opp_explore_prob_weightful};
    // What was found for the old player means something else for the new one.
    const bool sided = (params.playout_doubling_advantage != 0 && params.playout_doubling_advantage_pla.empty()) ||
                       params.avoid_repeated_pattern_utility.value_or(0) != 0 || earlier_games ||
                       (context.asks_human && !(root == own && own == others));
    if (player != context.search_player && sided) clear();
    context.search_player = player;
}

// Mirror go, patterns, memory of values, human network: what only some searches have.
void Search::State::prepare_extras() {
    const SearchParams& params = context.params;
    const BoardHistory& history = context.root_history;
    const MirrorGame mirror = params.anti_mirror ? detect_mirror_game(history) : MirrorGame{};
    if (mirror.active() != context.mirror.active()) clear();
    context.mirror = mirror;
    context.patterns = PatternBonuses(earlier_games);
    if (const double utility = params.avoid_repeated_pattern_utility.value_or(0); utility != 0)
        context.patterns.avoid_moves_of(history, context.search_player, utility);
    const bool remembers = params.use_eval_cache && params.use_graph_search && !mirror.active();
    context.value_memory = remembers ? value_memory : nullptr;
    if (remembers) context.params_hash = ValueMemory::hash_of(params);
    context.asks_human = human_evaluator && (context.profile || !human_evaluator->wants_metadata());
    context.human_below_root =
        context.asks_human &&
        (params.human_pla_explore_prob_weightless > 0 || params.human_pla_explore_prob_weightful > 0 ||
         params.human_opp_explore_prob_weightless > 0 || params.human_opp_explore_prob_weightful > 0);
    if (human_evaluator)
        context.human_pass_alive_under_suicide =
            params.pass_alive_under_suicide.value_or(human_evaluator->info().pass_alive_under_suicide);
}

// Brings a tree that is there up to date with what the context now says, or makes its root.
void Search::State::adopt_tree() {
    TreeNode* root = tree.root();
    if (!root) {
        tree.set_root(std::make_unique<TreeNode>(context.root_player(), context.root_graph_hash,
                                                 context.root_history.finished()));
        root = tree.root();
    }
    if (context.value_memory)
        root->set_extras(std::make_unique<NodeExtras>(
            NodeExtras{0, context.value_memory->find(context.root_graph_hash ^ context.params_hash), nullptr}));
    if (!root->evaluation()) return;
    root->replace_evaluation(context.adjusted_root_evaluation, root->own_utility());
    const bool removed = root->remove_edges_unless([&](const Edge& edge) {
        return context.root_history.is_legal(edge.move(), context.root_player()) &&
               context.root_allowed[static_cast<size_t>(context.policy_index_of(edge.move()))];
    });
    if (removed) {
        int64_t visits = 1;
        for (const Edge& edge : root->edges()) visits += edge.visits();
        root->set_visits(visits);
        tree.sweep(context.params.subtree_value_bias_free_prop);
    }
    // The utility of everything depends on the score that is expected now.
    Backup backup;
    tree.visit_bottom_up([&](TreeNode& node) { backup.refresh(context, node); });
}

void Search::State::prepare(bool pondering) {
    {
        const std::unique_lock lock(mutex);
        choose_search_player(pondering);
        tree.free_retired();
        const BoardHistory& history = context.root_history;
        find_area(history.board(), {.suicide = history.area_suicide()}, context.root_safe_area);
        prepare_extras();
    }
    // Without the lock, which nobody else takes to change anything: readers need not wait for the network.
    auto human_evaluation = worker(0).evaluate_root_as_human(context);
    auto evaluation = worker(0).evaluate_root(context);
    const std::unique_lock lock(mutex);
    context.root_human_evaluation = std::move(human_evaluation);
    context.root_evaluation = std::move(evaluation);
    prepare_root();
}

// What follows from the root's evaluation.
void Search::State::prepare_root() {
    const SearchParams& params = context.params;
    const BoardHistory& history = context.root_history;
    const Board& board = history.board();
    const TreeNode* root = tree.root();
    const bool reused = root && root->stats().usable();
    const double score = reused ? root->score_mean() : context.root_evaluation->white_score_mean;
    context.utility = UtilityFunction(params, board.area(), dynamic_score_center(params, board.area(), score));
    const bool knows_errors = evaluator.info().version >= kVersionWithErrors;
    context.terminal_weight = params.use_uncertainty && knows_errors ? params.uncertainty_max_weight : 1;
    context.root_symmetries = params.root_symmetry_pruning ? symmetries_of(context) : std::vector<int>{0};
    context.root_allowed = find_allowed_moves(context);
    context.root_ending_bonus = find_ending_bonus(context, *context.root_evaluation);
    Rng rng(mix::murmur(seed ^ mix::split(++runs)));
    context.adjusted_root_evaluation = adjust_root_policy(context, rng);
    if (params.use_graph_search)
        context.root_graph_hash =
            graph_hash_from_start(history, params.graph_search_rep_bound, params.draw_equivalent_wins_for_white);
    adopt_tree();
}

}  // namespace katago
