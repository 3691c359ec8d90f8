// SPDX-License-Identifier: MIT
#include "search/search_state.h"

#include <algorithm>
#include <chrono>
#include <string>

#include "game/areas.h"
#include "game/state_hash.h"
#include "search/policy/root.h"
#include "search/run/backup.h"

namespace katago {

namespace {

// The first model version that predicts its own errors.
constexpr int kVersionWithErrors = 9;
// How long to wait for a report's first values.
constexpr double kFirstValuesPoll_s = 0.01;

}  // namespace

Search::State::State(Evaluator& the_evaluator, const SearchParams& params, uint64_t the_seed)
    : evaluator(the_evaluator), seed(the_seed), choice_rng(mix::split(the_seed)) {
    set_params(params);
    settle_history();
    forget_root();
}

void Search::State::set_params(const SearchParams& params) {
    context.profile = profile_of_name(params.human_profile);
    context.params = params;
    context.params.num_threads = std::max(1, params.num_threads);
}

void Search::State::clear() {
    tree.clear();
    context.root_evaluation.reset();
    carried_s = 0;
    forget_root();
}

void Search::State::forget_root() {
    context.root_allowed.assign(static_cast<size_t>(context.size().area()) + 1, 1);
    context.root_ending_bonus.clear();
    context.root_symmetries = {0};
    context.adjusted_root_evaluation.reset();
    context.root_human_evaluation.reset();
}

void Search::State::settle_history() {
    context.root_history.set_pass_alive_under_suicide(
        context.params.pass_alive_under_suicide.value_or(evaluator.info().pass_alive_under_suicide));
}

Worker& Search::State::worker(size_t index) {
    while (workers.size() <= index)
        workers.push_back(
            std::make_unique<Worker>(evaluator, human_evaluator, mix::murmur(seed + 0x9E37 * workers.size())));
    return *workers[index];
}

bool Search::State::keep_child_as_root(Point point) {
    const TreeNode* root = tree.root();
    const Edge* edge = root ? root->find_edge(point) : nullptr;
    if (!edge || !edge->child()->evaluation()) return false;
    const TreeNode& child = *edge->child();
    const auto old_visits = static_cast<double>(std::max<int64_t>(1, root->visits()));
    carried_s *= std::min(1.0, static_cast<double>(child.visits()) / old_visits) *
                 context.params.tree_reuse_carry_over_time_factor;
    tree.set_root(child.copy_as_root(context.root_history.finished()));
    tree.sweep(context.params.subtree_value_bias_free_prop);
    // The search asks the network anew: a root is shown and judged differently.
    context.root_evaluation = tree.root()->shared_evaluation();
    forget_root();
    return true;
}

// --- Preparing a run ---

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
    context.root_symmetries = params.root_symmetry_pruning ? symmetries_of(history) : std::vector<int>{0};
    context.root_allowed = find_allowed_moves(context);
    context.root_ending_bonus = find_ending_bonus(context, *context.root_evaluation);
    Rng rng(mix::murmur(seed ^ mix::split(++runs)));
    context.adjusted_root_evaluation = adjust_root_policy(context, rng);
    if (params.use_graph_search)
        context.root_graph_hash =
            graph_hash_from_start(history, params.graph_search_rep_bound, params.draw_equivalent_wins_for_white);
    adopt_tree();
}

// --- Running ---

SearchResult Search::State::run(Search& search, const SearchLimits& limits, const SearchEvents& events) {
    const auto start = std::chrono::steady_clock::now();
    prepare(limits.pondering);
    Run run(context, tree, limits, {.start = start, .carried_s = carried_s, .slowest_playout_s = slowest_playout_s});
    run_threads(search, run, events);
    result = {run.playouts(), run.seconds()};
    carried_s += result.seconds;
    if (run.has_clock()) slowest_playout_s = run.slowest_playout_s();
    if (context.value_memory) {
        const std::unique_lock lock(mutex);
        value_memory->record(tree, context.params, context.params_hash);
    }
    if (events.on_done) events.on_done(search);
    return result;
}

void Search::State::work(Run& run, Worker& worker, bool leads) {
    try {
        while (!stop_requested.load(std::memory_order_relaxed) && run.begin_playout()) {
            if (leads) run.update_clock();
            const bool full = run.tree_is_full();
            if (full && leads) tell_of_full_tree(run);
            const double before_s = run.has_clock() ? run.seconds() : 0;
            const bool counts = worker.playout({.visits_left = run.visits_left(), .may_grow = !full});
            run.end_playout(counts, run.has_clock() ? run.seconds() - before_s : 0);
            if (!counts) std::this_thread::yield();
        }
        if (log && leads && run.stuck())
            log->write("Search ended early: after " + std::to_string(run.playouts()) + " playouts no more came of any");
    } catch (...) {
        stop_requested = true;  // the others have nothing to work for; Thread hands the exception on
        throw;
    }
}

void Search::State::tell_of_full_tree(const Run& run) {
    if (!log || told_of_full_tree.exchange(true)) return;
    log->write("The search tree has reached its limit of " + std::to_string(run.max_tree_bytes() >> 20) +
               " MB (maxTreeMemoryMB): the search goes on, but does not grow any more");
}

void Search::State::run_threads(const Search& search, Run& run, const SearchEvents& events) {
    const auto threads = static_cast<size_t>(run.threads());
    for (size_t i = 0; i < threads; ++i) worker(i).begin(context, tree, mix::split(seed + (runs << 16) + i));
    const bool reports = events.on_report && events.report_every_s > 0;
    if (threads == 1 && !reports) {
        work(run, worker(0), true);
        return;
    }
    std::mutex done_mutex;
    std::condition_variable done;
    auto active = static_cast<int>(threads);
    std::vector<std::unique_ptr<Thread>> running_threads;
    for (size_t i = 0; i < threads; ++i) {
        running_threads.push_back(std::make_unique<Thread>([&, i] {
            struct Leave {
                std::mutex& mutex;
                std::condition_variable& left;
                int& count;
                ~Leave() {
                    const std::lock_guard lock(mutex);
                    --count;
                    left.notify_all();
                }
            } const leave{done_mutex, done, active};
            work(run, *workers[i], i == 0);
        }));
    }
    if (reports) report_until_done(search, events, run, done_mutex, done, active);
    std::exception_ptr failure;
    for (const std::unique_ptr<Thread>& thread : running_threads) {
        try {
            thread->join();
        } catch (...) {
            failure = std::current_exception();  // thrown on when all have ended
        }
    }
    if (failure) std::rethrow_exception(failure);
}

void Search::State::report_until_done(const Search& search, const SearchEvents& events, const Run& run,
                                      std::mutex& done_mutex, std::condition_variable& done, const int& active) {
    double next = events.first_report_after_s;
    for (;;) {
        {
            std::unique_lock lock(done_mutex);
            const auto wait = std::chrono::duration<double>(std::max(0.0, next - run.seconds()));
            if (done.wait_for(lock, wait, [&] { return active == 0; })) return;
        }
        const bool has_values = tree.root()->evaluation() != nullptr;
        if (has_values) events.on_report(search);
        next = run.seconds() + (has_values ? events.report_every_s : kFirstValuesPoll_s);
    }
}

}  // namespace katago
