// SPDX-License-Identifier: MIT
#include "search/search.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <shared_mutex>
#include <unordered_set>

#include "core/ensure.h"
#include "core/thread.h"
#include "game/areas.h"
#include "game/state_hash.h"
#include "search/analysis.h"
#include "search/backup.h"
#include "search/choice.h"
#include "search/root.h"
#include "search/run.h"
#include "search/tree.h"
#include "search/worker.h"

namespace katago {

namespace {

// The first model version that predicts its own errors.
constexpr int kVersionWithErrors = 9;
// How long to wait for a report's first values.
constexpr double kFirstValuesPoll_s = 0.01;

SearchParams checked(SearchParams params) {
    params.num_threads = std::max(1, params.num_threads);
    return params;
}

}  // namespace

struct Search::State {
    State(Evaluator& the_evaluator, const SearchParams& params, uint64_t the_seed)
        : evaluator(the_evaluator), seed(the_seed), choice_rng(mix::split(the_seed)) {
        context.params = checked(params);
        settle_history();
        forget_root();
    }

    Evaluator& evaluator;
    const uint64_t seed;
    Rng choice_rng;
    uint64_t runs = 0;
    double carried_s = 0;  // seconds of earlier searches, as far as they count for the move to come
    std::vector<std::unique_ptr<Worker>> workers;
    std::atomic<bool> stop_requested{false};
    std::atomic<bool> running{false};
    SearchResult result;                 // of the last run
    std::unique_ptr<Thread> controller;  // of begin()

    // Readers share it; whatever changes the context or what the tree owns, other than searching threads, has it alone.
    mutable std::shared_mutex mutex;
    SearchContext context GUARDED_BY(mutex);
    Tree tree GUARDED_BY(mutex);

    void clear() {
        tree.clear();
        context.root_evaluation.reset();
        carried_s = 0;
        forget_root();
    }

    // Until the next run works out what is particular to the new root.
    void forget_root() {
        context.root_allowed.assign(static_cast<size_t>(context.size().area()) + 1, 1);
        context.root_ending_bonus.clear();
        context.root_symmetries = {0};
        context.adjusted_root_evaluation.reset();
    }

    // Puts the pass-alive mode in force into the history.
    void settle_history() {
        context.root_history.set_pass_alive_under_suicide(
            context.params.pass_alive_under_suicide.value_or(evaluator.info().pass_alive_under_suicide));
    }

    bool root_is_evaluated() const { return tree.root() && tree.root()->evaluation() && context.root_evaluation; }

    Worker& worker(size_t index) {
        while (workers.size() <= index)
            workers.push_back(std::make_unique<Worker>(evaluator, mix::murmur(seed + 0x9E37 * workers.size())));
        return *workers[index];
    }

    bool keep_child_as_root(Point point);
    void prepare(bool pondering);
    void choose_search_player(bool pondering);
    void evaluate_root();
    void adopt_tree();
    SearchResult run(Search& search, const SearchLimits& limits, const SearchEvents& events);
    void run_threads(const Search& search, Run& run, const SearchEvents& events);
    void work(Run& run, Worker& worker, bool leads);
    void report_until_done(const Search& search, const SearchEvents& events, const Run& run, std::mutex& done_mutex,
                           std::condition_variable& done, const int& active);
};

// --- Preparing a run ---

void Search::State::choose_search_player(bool pondering) {
    const Player root_player = context.root_player();
    Player player = root_player;
    if (pondering) player = context.search_player == Color::Empty ? opponent(root_player) : context.search_player;
    // Evaluations with an advantage for the old player mean something else for the new one.
    if (player != context.search_player && context.params.playout_doubling_advantage != 0 &&
        context.params.playout_doubling_advantage_pla.empty())
        clear();
    context.search_player = player;
}

void Search::State::evaluate_root() {
    EvalThread& evaluations = worker(0).evaluations();
    const EvalOptions options = context.eval_options(0, context.root_player());
    const int symmetries = context.params.root_num_symmetries_to_sample;
    const BoardHistory& history = context.root_history;
    context.root_evaluation =
        symmetries > 1 ? evaluations.evaluate_mean(history.board(), history, context.root_player(), options, symmetries)
                       : evaluations.evaluate(history.board(), history, context.root_player(), options);
}

// Brings a tree that is there up to date with what the context now says, or makes its root.
void Search::State::adopt_tree() {
    TreeNode* root = tree.root();
    if (!root) {
        tree.set_root(std::make_unique<TreeNode>(context.root_player(), context.root_graph_hash,
                                                 context.root_history.finished()));
        return;
    }
    if (!root->evaluation()) return;
    root->replace_evaluation(context.adjusted_root_evaluation);
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
    const SearchParams& params = context.params;
    choose_search_player(pondering);
    tree.free_retired();
    const BoardHistory& history = context.root_history;
    const Board& board = history.board();
    find_area(board, {.suicide = history.area_suicide()}, context.root_safe_area);
    evaluate_root();
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
    {
        const std::unique_lock lock(mutex);
        prepare(limits.pondering);
    }
    Run run(context, tree, limits, {.start = start, .carried_s = carried_s});
    run_threads(search, run, events);
    result = {run.playouts(), run.seconds()};
    carried_s += result.seconds;
    if (events.on_done) events.on_done(search);
    return result;
}

void Search::State::work(Run& run, Worker& worker, bool leads) {
    try {
        while (!stop_requested.load(std::memory_order_relaxed) && !run.over()) {
            if (leads) run.update_clock();
            if (worker.playout(run.visits_left()))
                run.count_playout();
            else
                std::this_thread::yield();
        }
    } catch (...) {
        stop_requested = true;  // the others have nothing to work for; Thread hands the exception on
        throw;
    }
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

Search::Search(Evaluator& evaluator, const SearchParams& params, uint64_t seed)
    : state_(std::make_unique<State>(evaluator, params, seed)) {}

Search::~Search() {
    state_->stop_requested = true;
    state_->controller.reset();  // joins
}

SearchResult Search::run(const SearchLimits& limits, const SearchEvents& events) {
    ENSURE(!running());
    wait();
    state_->stop_requested = false;
    return state_->run(*this, limits, events);
}

void Search::begin(const SearchLimits& limits, SearchEvents events) {
    ENSURE(!running());
    wait();
    state_->stop_requested = false;
    state_->running = true;
    state_->controller = std::make_unique<Thread>([this, limits, events = std::move(events)] {
        struct Leave {
            std::atomic<bool>& running;
            ~Leave() { running = false; }
        } const leave{state_->running};
        state_->run(*this, limits, events);
    });
}

SearchResult Search::stop() {
    request_stop();
    return wait();
}

SearchResult Search::wait() {
    if (const std::unique_ptr<Thread> controller = std::move(state_->controller)) controller->join();
    return state_->result;
}

void Search::request_stop() {
    state_->stop_requested = true;
}

bool Search::running() const {
    return state_->running;
}

// --- Position and settings ---

void Search::set_position(const BoardHistory& history) {
    const std::unique_lock lock(state_->mutex);
    state_->context.root_history = history;
    state_->clear();
    state_->context.avoid_black.clear();
    state_->context.avoid_white.clear();
    state_->settle_history();
}

const BoardHistory& Search::history() const {
    return state_->context.root_history;
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

bool Search::make_move(Point point, Player player, PhaseAdvance advance) {
    const std::unique_lock lock(state_->mutex);
    SearchContext& context = state_->context;
    BoardHistory& history = context.root_history;
    if (!history.is_tolerated(point, player)) return false;
    if (player != history.next_player()) {
        state_->clear();
        history.restart(player);
    }
    const float bonus = history.white_handicap_bonus();
    history.make_move(point, player, advance);
    context.avoid_black.clear();
    context.avoid_white.clear();
    context.root_hint = kNullPoint;
    const bool pass_means_something_else = (context.params.conservative_pass && history.pass_would_end_game()) ||
                                           (advance == PhaseAdvance::Prevented && history.pass_would_end_phase());
    if (history.white_handicap_bonus() != bonus || pass_means_something_else || !state_->keep_child_as_root(point))
        state_->clear();
    return true;
}

void Search::set_player_if_new(Player player) {
    if (player == this->player()) return;
    const std::unique_lock lock(state_->mutex);
    state_->clear();
    state_->context.root_history.restart(player);
}

void Search::set_komi_if_new(float komi) {
    if (komi == history().rules().komi) return;
    const std::unique_lock lock(state_->mutex);
    state_->clear();
    state_->context.root_history.set_komi(komi);
}

const SearchParams& Search::params() const {
    return state_->context.params;
}

void Search::set_params(const SearchParams& params) {
    if (params == this->params()) return;
    const std::unique_lock lock(state_->mutex);
    state_->clear();
    state_->context.params = checked(params);
    state_->settle_history();
}

void Search::set_params_keeping_tree(const SearchParams& params) {
    const std::unique_lock lock(state_->mutex);
    state_->context.params = checked(params);
}

void Search::set_avoid_moves(Player player, AvoidDepths depths) {
    const std::unique_lock lock(state_->mutex);
    SearchContext& context = state_->context;
    AvoidDepths& target = player == Color::Black ? context.avoid_black : context.avoid_white;
    ENSURE(depths.empty() || depths.size() == static_cast<size_t>(context.size().area()) + 1);
    if (target == depths) return;
    state_->clear();
    target = std::move(depths);
}

void Search::set_allow_moves(Player player, std::span<const Point> moves, int until_depth) {
    const BoardSize size = board().size();
    AvoidDepths depths(static_cast<size_t>(size.area()) + 1, until_depth);
    for (const Point move : moves) depths[static_cast<size_t>(policy_index(move, size))] = 0;
    set_avoid_moves(player, std::move(depths));
}

void Search::clear_avoid_moves() {
    set_avoid_moves(Color::Black, {});
    set_avoid_moves(Color::White, {});
}

void Search::set_root_hint(Point point) {
    const std::unique_lock lock(state_->mutex);
    if (state_->context.root_hint == point) return;
    state_->clear();
    state_->context.root_hint = point;
}

void Search::set_ownership_wanted(bool wanted) {
    const std::unique_lock lock(state_->mutex);
    if (wanted && !state_->context.ownership_wanted) state_->clear();
    state_->context.ownership_wanted = wanted;
}

void Search::clear() {
    const std::unique_lock lock(state_->mutex);
    state_->clear();
}

// --- Results ---

Point Search::choose_move() {
    const std::unique_lock lock(state_->mutex);
    if (!state_->root_is_evaluated()) return kNullPoint;
    const SearchContext& context = state_->context;
    const std::vector<MoveValue> values = move_values(context, *state_->tree.root(), {});
    if (values.empty()) return kNullPoint;
    std::vector<double> weights;
    for (const MoveValue& value : values) weights.push_back(value.value);
    const SearchParams& params = context.params;
    const double temperature = interpolate_early(params.chosen_move_temperature_early, params.chosen_move_temperature,
                                                 params.chosen_move_temperature_halflife,
                                                 context.root_history.turn_number(), std::sqrt(board().area()));
    return values[draw_index(weights, temperature, params.chosen_move_temperature_only_below_prob, state_->choice_rng)]
        .move;
}

std::optional<NodeValues> Search::root_values() const {
    const std::shared_lock lock(state_->mutex);
    if (!state_->root_is_evaluated()) return std::nullopt;
    return values_of(state_->tree.root()->stats());
}

std::optional<NodeValues> Search::pruned_root_values() const {
    const std::shared_lock lock(state_->mutex);
    if (!state_->root_is_evaluated()) return std::nullopt;
    return values_of(pruned_stats(state_->context, *state_->tree.root()));
}

std::vector<Search::SelectionValue> Search::play_selection_values() const {
    const std::shared_lock lock(state_->mutex);
    std::vector<SelectionValue> result;
    if (!state_->root_is_evaluated()) return result;
    for (const MoveValue& value : move_values(state_->context, *state_->tree.root(), {}))
        result.push_back({value.move, value.value});
    return result;
}

Report Search::report(const ReportOptions& options) const {
    const std::shared_lock lock(state_->mutex);
    if (!state_->root_is_evaluated()) return {};
    return make_report(state_->context, *state_->tree.root(), options);
}

Ownership Search::tree_ownership() const {
    const std::shared_lock lock(state_->mutex);
    if (!state_->root_is_evaluated()) return {};
    return average_ownership(state_->context, *state_->tree.root());
}

std::shared_ptr<const Evaluation> Search::root_evaluation() const {
    const std::shared_lock lock(state_->mutex);
    return state_->context.root_evaluation;
}

int64_t Search::tree_nodes() const {
    const std::shared_lock lock(state_->mutex);
    return state_->tree.nodes();
}

int64_t Search::tree_bytes() const {
    const std::shared_lock lock(state_->mutex);
    return state_->tree.bytes();
}

uint64_t Search::tree_checksum() const {
    const std::shared_lock lock(state_->mutex);
    uint64_t checksum = 0;
    const auto absorb = [&checksum](int64_t value) {
        checksum = mix::murmur(checksum + static_cast<uint64_t>(value) + 0x9E3779B97F4A7C15u);
    };
    std::vector<const TreeNode*> open;
    std::unordered_set<const TreeNode*> seen;
    if (state_->tree.root()) open.push_back(state_->tree.root());
    while (!open.empty()) {
        const TreeNode* node = open.back();
        open.pop_back();
        if (!seen.insert(node).second) continue;
        const NodeStats stats = node->stats();
        absorb(stats.visits);
        absorb(std::llround(stats.utility * 1e4));
        absorb(std::llround(stats.weight * 1e2));
        for (const Edge& edge : node->edges()) {
            absorb(edge.move());
            absorb(edge.visits());
            open.push_back(edge.child());
        }
    }
    return checksum;
}

const PointColors& Search::root_safe_area() const {
    return state_->context.root_safe_area;
}

}  // namespace katago
