// SPDX-License-Identifier: MIT
#include "play/engine_player.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "play/handicap.h"
#include "play/passing.h"
#include "play/use_params.h"
#include "play/winning.h"

namespace katago {

namespace {

// In handicap games the weaker side plays less alike, unless people look on.
constexpr double kHandicapPatternUtility = 0.005;

}  // namespace

EnginePlayer::EnginePlayer(const Setup& setup) : setup_(setup) {
    setup_.search.avoid_earlier_games(setup_.avoided_games);
}

SearchParams EnginePlayer::params_for_move(const BoardHistory& history, bool watched) {
    const Player player = history.next_player();
    SearchParams params = setup_.settings.search.at_strength();
    if (!watched && !params.avoid_repeated_pattern_utility && faces_handicap(history, player))
        params.avoid_repeated_pattern_utility = kHandicapPatternUtility;
    if (setup_.settings.static_pda) return params;
    dynamic_pda_ =
        next_playout_doubling_advantage(history, record_, setup_.settings.dynamic_pda_cap_per_opp_lead, dynamic_pda_);
    const Player advised = parse_player(params.playout_doubling_advantage_pla).value_or(player);
    const bool weaker = advised == disadvantaged_player(history);
    params.playout_doubling_advantage = weaker ? dynamic_pda_ : -dynamic_pda_;
    return params;
}

SearchLimits EnginePlayer::limits_for_move(const BoardHistory& history) {
    last_search_factor_ = search_factor(setup_.settings, record_, history.next_player());
    SearchLimits limits;
    limits.search_factor = last_search_factor_;
    limits.clock = clock(history.next_player());
    if (may_pass_friendly(setup_.settings, history)) limits.time_share = kTimeShareBeforePassing;
    return limits;
}

// Never beyond the clock.
void EnginePlayer::delay_like_a_human(const BoardHistory& history, Point move, const MoveRequest& request,
                                      const MoveTimer& timer) {
    const PlayerSettings& settings = setup_.settings;
    if (settings.delay_move_scale <= 0 || settings.delay_move_max <= 0) return;
    const auto evaluation = setup_.search.root_evaluation();
    const auto index = static_cast<size_t>(policy_index(move, history.board().size()));
    const float policy = evaluation ? evaluation->policy[index] : 0;
    const double mean = 0.5 * settings.delay_move_scale / (std::max(0.0, static_cast<double>(policy)) + 0.10);
    const double seconds = std::clamp(setup_.rng.gamma(2) * mean / 2, 1e-4, settings.delay_move_max);
    const double end_s = timer.used_s() + std::min(seconds, timer.left_s());
    while (!request.is_cancelled() && timer.used_s() < end_s) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

// Whether to answer the opponent's pass by a pass instead of `move`. May search, within the time that is left.
bool EnginePlayer::passes_friendly(const BoardHistory& history, Point move, const MoveTimer& timer,
                                   double seconds_per_visit) {
    if (move == kPass || !may_pass_friendly(setup_.settings, history)) return false;
    const auto fewest = static_cast<double>(kPassingPositions * kFewestPassingVisits);
    if (timer.left_s() <= fewest * seconds_per_visit) return false;
    const PassCase now{history, setup_.advance, visits_for_passing(setup_.settings.search)};
    bool passes = false;
    search_quietly(history, [&](QuietSearch& search) { passes = pass_is_as_good(now, move, search, timer); });
    return passes;
}

std::optional<GeneratedMove> EnginePlayer::generate_move(const BoardHistory& history, const MoveRequest& request) {
    const Player player = history.next_player();
    const MoveTimer timer(setup_.settings.search, clock(player), history.board());
    Search& search = setup_.search;
    search.set_player_if_new(player);
    use_params(search, params_for_move(history, request.watched));
    const SearchLimits limits = limits_for_move(history);
    SearchResult searched;
    if (!request.is_cancelled()) searched = search.run(limits, request.events);
    if (request.is_cancelled()) return std::nullopt;
    GeneratedMove result{search.choose_move()};
    const std::optional<NodeValues> values = search.root_values();
    if (!values || !history.is_legal(result.move, player)) return GeneratedMove{};
    if (request.on_searched) request.on_searched(result.move, searched);
    delay_like_a_human(history, result.move, request, timer);

    record_.add(values->win_loss);
    result.resigns = wants_to_resign(setup_.settings, history, record_, values->lead);
    // The root's evaluation took its time as well.
    const double seconds_per_visit = searched.seconds / static_cast<double>(searched.playouts + 1);
    if (passes_friendly(history, result.move, timer, seconds_per_visit)) result.move = kPass;
    if (!request.is_cancelled())
        result.move = cleanup_move(setup_.settings, history, result.move).value_or(result.move);
    thinking_seconds_ += timer.used_s();
    if (request.is_cancelled()) return std::nullopt;
    return result;
}

SearchLimits EnginePlayer::pondering_limits() const {
    SearchLimits limits;
    limits.pondering = true;
    limits.search_factor = last_search_factor_;
    return limits;
}

void EnginePlayer::search_quietly(const BoardHistory& history, const std::function<void(QuietSearch&)>& use) {
    QuietSearch::with({setup_.search, setup_.settings.search, history, setup_.avoided_games}, use);
}

bool EnginePlayer::set_time_left(Player player, double time, int stones) {
    return clocks_[player == Color::Black ? 0 : 1].set_time_left(time, stones);
}

}  // namespace katago
