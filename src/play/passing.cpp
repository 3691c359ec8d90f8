// SPDX-License-Identifier: MIT
#include "play/passing.h"

#include <algorithm>

#include "game/areas.h"

namespace katago {

namespace {

// Ownership from which on a point counts as settled.
constexpr double kSettled = 0.75;
// What a pass may cost: utility, points.
constexpr double kUtilityTolerance = 0.1;
constexpr double kScoreTolerance = 0.25;

Board without_stones(Board board, const std::vector<Point>& points) {
    for (const Point point : points) board.set_resolving({point, Color::Empty});
    return board;
}

// Whether every settled point is area of the one it is settled for.
bool area_agrees(const Board& board, const Ownership& ownership, bool suicide) {
    PointColors owner{};
    find_area(board, {true, true, true, suicide}, owner);
    for (int i = 0; i < board.area(); ++i) {
        const double white = ownership.mean[static_cast<size_t>(i)];
        const Color found = owner[static_cast<size_t>(point_of_policy_index(i, board.size(), board.size()))];
        if (white > kSettled && found != Color::White) return false;
        if (white < -kSettled && found != Color::Black) return false;
    }
    return true;
}

// A point where neither contact nor capture is left.
bool is_idle_point(const Board& board, Point move, Player player) {
    if (board.color(move) != Color::Empty || board.touches(move, opponent(player))) return false;
    if (board.is_suicide(move, opponent(player))) return true;
    Board after = board;
    after.play(move, opponent(player));
    return after.count(player) == board.count(player);
}

// The position after a move, searched for `seconds`; nullopt where that was too short.
std::optional<NodeValues> values_after(const PassCase& now, Point move, QuietSearch& search, double seconds) {
    BoardHistory history = now.history;
    history.make_move(move, now.history.next_player(), now.advance);
    const NodeValues values = search.run(history, now.visits, seconds).values;
    return values.visits < kFewestPassingVisits ? std::nullopt : std::optional(values);
}

}  // namespace

bool may_pass_friendly(const PlayerSettings& settings, const BoardHistory& history) {
    const Rules& rules = history.rules();
    if (settings.cleanup_before_pass == true) return false;
    if (!settings.friendly_pass.value_or(rules.friendly_pass_ok && rules.scoring == ScoringRule::Area)) return false;
    return rules.scoring == ScoringRule::Area && !history.has_button() && history.pass_would_end_phase() &&
           history.move_ago(1).point == kPass && history.move_ago(1).player != history.next_player();
}

int64_t visits_for_passing(const SearchParams& params) {
    return kFewestPassingVisits + std::min<int64_t>(1000, std::min(params.max_visits, params.max_playouts) / 10);
}

bool pass_is_as_good(const PassCase& now, Point move, QuietSearch& search, const MoveTimer& timer) {
    const BoardHistory& history = now.history;
    const Player player = history.next_player();
    const QuietSearch::Findings found = search.run(history, now.visits, timer.left_s() / 3);
    if (found.values.visits < kFewestPassingVisits) return false;
    const Board cleaned = without_stones(history.board(), dead_stones(history.board(), found.ownership));
    if (!area_agrees(cleaned, found.ownership, history.area_suicide()) || !is_idle_point(cleaned, move, player))
        return false;
    const auto pass = values_after(now, kPass, search, timer.left_s() / 2);
    const auto other = pass ? values_after(now, move, search, timer.left_s()) : std::nullopt;
    if (!other) return false;
    const double sign = player == Color::White ? 1 : -1;
    return sign * (pass->utility - other->utility) > -kUtilityTolerance &&
           sign * (pass->score_mean - other->score_mean) > -kScoreTolerance &&
           sign * (pass->lead - other->lead) > -kScoreTolerance;
}

std::optional<Point> cleanup_move(const PlayerSettings& settings, const BoardHistory& history, Point move) {
    const Rules& rules = history.rules();
    const bool automatic = !rules.friendly_pass_ok && rules.scoring == ScoringRule::Area;
    if (settings.friendly_pass == true || !settings.cleanup_before_pass.value_or(automatic)) return std::nullopt;
    const bool final_phase = rules.scoring == ScoringRule::Area || history.phase() >= 2;
    if (move != kPass || !final_phase || history.has_button()) return std::nullopt;

    const Player player = history.next_player();
    const Board& board = history.board();
    PointColors owner{};
    AreaOptions safe;
    safe.safe_big_regions = true;
    safe.suicide = history.area_suicide();
    find_area(board, safe, owner);
    for (int i = 0; i < board.area(); ++i) {
        const Point point = point_of_policy_index(i, board.size(), board.size());
        if (board.color(point) == Color::Empty && owner[static_cast<size_t>(point)] == player &&
            board.touches(point, opponent(player)) && history.is_legal(point, player))
            return point;
    }
    return std::nullopt;
}

}  // namespace katago
