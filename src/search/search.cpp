// SPDX-License-Identifier: MIT
#include "search/search.h"

#include <mutex>
#include <shared_mutex>

#include "core/ensure.h"
#include "search/search_state.h"

namespace katago {

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

void Search::abandon() {
    state_->abandoned = true;
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
    state_->set_params(params);
    state_->clear();
    state_->settle_history();
}

void Search::set_params_keeping_tree(const SearchParams& params) {
    const std::unique_lock lock(state_->mutex);
    state_->set_params(params);
}

void Search::set_human_evaluator(Evaluator* human) {
    const std::unique_lock lock(state_->mutex);
    if (human == state_->human_evaluator) return;
    state_->clear();
    state_->workers.clear();
    state_->human_evaluator = human;
}

void Search::share_value_memory(std::shared_ptr<ValueMemory> memory) {
    const std::unique_lock lock(state_->mutex);
    state_->clear();
    state_->value_memory = std::move(memory);
}

void Search::clear_value_memory() {
    state_->value_memory->clear();
}

void Search::avoid_earlier_games(std::shared_ptr<const PatternBonuses> bonuses) {
    const std::unique_lock lock(state_->mutex);
    if (bonuses == state_->earlier_games) return;
    state_->clear();
    state_->earlier_games = std::move(bonuses);
}

void Search::set_log(Logger* log) {
    state_->log = log;
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

}  // namespace katago
