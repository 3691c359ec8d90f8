// SPDX-License-Identifier: MIT
#include "command/analysis_common.h"

#include <algorithm>

#include "core/text.h"

namespace katago {

namespace {

void cut(const BoardHistory& start, AnalysisMove& move) {
    if (std::find(move.pv.begin(), move.pv.end(), kPass) == move.pv.end()) return;
    BoardHistory history = start;
    for (size_t i = 0; i < move.pv.size(); ++i) {
        if (!history.is_tolerated(move.pv[i], history.next_player())) return;
        history.make_move(move.pv[i], history.next_player());
        if (history.phase() == start.phase()) continue;
        move.pv.resize(i + 1);
        move.pv_visits.resize(std::min(i + 1, move.pv_visits.size()));
        move.pv_edge_visits.resize(std::min(i + 1, move.pv_edge_visits.size()));
        return;
    }
}

}  // namespace

std::optional<Perspective> parse_perspective(std::string_view text) {
    const std::string upper = upper_case(text);
    if (upper == "BLACK" || upper == "B") return Perspective::Black;
    if (upper == "WHITE" || upper == "W") return Perspective::White;
    if (upper == "SIDETOMOVE") return Perspective::SideToMove;
    return std::nullopt;
}

Player player_shown(std::string_view winrates_as, Player player) {
    switch (parse_perspective(winrates_as).value_or(Perspective::SideToMove)) {
        case Perspective::Black:
            return Color::Black;
        case Perspective::White:
            return Color::White;
        case Perspective::SideToMove:
            break;
    }
    return player;
}

void restrict_moves(Search& search, const std::array<MoveRestriction, 2>& restrictions) {
    for (const Player player : {Color::Black, Color::White}) {
        const MoveRestriction& restriction = restrictions[player == Color::Black ? 0 : 1];
        if (restriction.allow_until > 0)
            search.set_allow_moves(player, restriction.allowed, restriction.allow_until);
        else if (!restriction.avoid_until.empty())
            search.set_avoid_moves(player, restriction.avoid_until);
    }
}

void cut_variations_at_phase_end(const BoardHistory& start, Report& report) {
    if (start.rules().scoring != ScoringRule::Territory) return;
    for (AnalysisMove& move : report.moves) cut(start, move);
}

}  // namespace katago
