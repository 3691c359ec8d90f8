// SPDX-License-Identifier: MIT
#include "command/gtp/gtp_passing.h"

#include <algorithm>
#include <cmath>

#include "command/gtp/gtp_judge.h"
#include "game/areas.h"

namespace katago {

namespace {

// Ownership from which on a point counts as settled.
constexpr double kSettled = 0.75;
// What a pass may cost: utility, points.
constexpr double kUtilityTolerance = 0.1;
constexpr double kScoreTolerance = 0.25;

// Fewer visits say nothing.
constexpr int64_t kFewestVisits = 8;
constexpr int64_t kJudgedPositions = 3;

int64_t visits_for_passing(const SearchParams& params) {
    return kFewestVisits + std::min<int64_t>(1000, std::min(params.max_visits, params.max_playouts) / 10);
}

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

// The position after a move, judged in `seconds`; nullopt where that was too short.
std::optional<NodeValues> values_after(GtpSession& session, Move move, int64_t visits, double seconds) {
    BoardHistory history = session.game().history();
    history.make_move(move.point, move.player, session.game().options().advance);
    const NodeValues values = judge(session, history, visits, seconds).values;
    return values.visits < kFewestVisits ? std::nullopt : std::optional(values);
}

// Looks at three positions, each with its share of the time that is left then.
bool pass_is_as_good(GtpSession& session, Point move, Player player, const MoveTimer& timer) {
    const BoardHistory& history = session.game().history();
    const int64_t visits = visits_for_passing(session.settings().genmove);
    const Judgement now = judge(session, history, visits, timer.left_s() / 3);
    if (now.values.visits < kFewestVisits) return false;
    const Board cleaned = without_stones(history.board(), dead_stones(history.board(), now.ownership));
    if (!area_agrees(cleaned, now.ownership, history.area_suicide()) || !is_idle_point(cleaned, move, player))
        return false;
    const auto pass = values_after(session, {kPass, player}, visits, timer.left_s() / 2);
    const auto other = pass ? values_after(session, {move, player}, visits, timer.left_s()) : std::nullopt;
    if (!other) return false;
    const double sign = player == Color::White ? 1 : -1;
    return sign * (pass->utility - other->utility) > -kUtilityTolerance &&
           sign * (pass->score_mean - other->score_mean) > -kScoreTolerance &&
           sign * (pass->lead - other->lead) > -kScoreTolerance;
}

}  // namespace

bool may_pass_friendly(const GtpSession& session) {
    const GtpSettings& settings = session.settings();
    const BoardHistory& history = session.game().history();
    const Rules& rules = history.rules();
    if (settings.cleanup_before_pass == true) return false;
    if (!settings.friendly_pass.value_or(rules.friendly_pass_ok && rules.scoring == ScoringRule::Area)) return false;
    return rules.scoring == ScoringRule::Area && !history.has_button() && history.pass_would_end_phase() &&
           history.move_ago(1).point == kPass && history.move_ago(1).player != history.next_player();
}

bool passes_friendly(GtpSession& session, Point move, Player player, const PassingTime& time) {
    if (move == kPass || !may_pass_friendly(session)) return false;
    const auto fewest = static_cast<double>(kJudgedPositions * kFewestVisits);
    if (time.timer.left_s() <= fewest * time.seconds_per_visit) return false;
    const SearchParams params = session.search().params();
    const bool passes = pass_is_as_good(session, move, player, time.timer);
    session.restore_search(params);
    return passes;
}

std::optional<Point> cleanup_move(GtpSession& session, Point move, Player player) {
    const GtpSettings& settings = session.settings();
    const BoardHistory& history = session.game().history();
    const Rules& rules = history.rules();
    const bool automatic = !rules.friendly_pass_ok && rules.scoring == ScoringRule::Area;
    if (settings.friendly_pass == true || !settings.cleanup_before_pass.value_or(automatic)) return std::nullopt;
    const bool final_phase = rules.scoring == ScoringRule::Area || history.phase() >= 2;
    if (move != kPass || !final_phase || history.has_button()) return std::nullopt;

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
