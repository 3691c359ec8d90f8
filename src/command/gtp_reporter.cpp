// SPDX-License-Identifier: MIT
#include "command/gtp_reporter.h"

#include <algorithm>

namespace katago {

namespace {

// "As fast as it can", without filling the pipe faster than anybody could read.
constexpr double kShortestInterval = 0.001;

Player perspective_of(const GtpSettings& settings, Player player) {
    switch (*parse_perspective(settings.report_winrates_as)) {
        case Perspective::Black:
            return Color::Black;
        case Perspective::White:
            return Color::White;
        case Perspective::SideToMove:
            break;
    }
    return player;
}

// Where the cleanup phases are never entered, a variation that would enter one ends with the pass that does.
void cut_at_phase_end(const BoardHistory& start, AnalysisMove& move) {
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

GtpReporter::GtpReporter(GtpSession& session, AnalyzeStyle style, const AnalyzeArguments& arguments, Player player)
    : session_(session), arguments_(arguments) {
    format_.style = style;
    format_.perspective = perspective_of(session.settings(), player);
    format_.board = session.game().size();
    report_options_.pv_length = session.settings().analysis_pv_length;
    report_options_.min_moves = arguments.min_moves;
    report_options_.ownership = arguments.ownership;
    report_options_.ownership_stdev = arguments.ownership_stdev;
    report_options_.moves_ownership = arguments.moves_ownership;
    report_options_.moves_ownership_stdev = arguments.moves_ownership_stdev;
}

void GtpReporter::prepare_search() {
    Search& search = session_.search();
    search.set_ownership_wanted(arguments_.needs_ownership());
    search.clear_avoid_moves();
    for (const Player player : {Color::Black, Color::White}) {
        const MoveRestriction& restriction = arguments_.restrictions[player == Color::Black ? 0 : 1];
        if (restriction.allow_until > 0)
            search.set_allow_moves(player, restriction.allowed, restriction.allow_until);
        else if (!restriction.avoid_until.empty())
            search.set_avoid_moves(player, restriction.avoid_until);
    }
}

SearchEvents GtpReporter::events() {
    SearchEvents events;
    if (!arguments_.interval_s) return events;
    events.report_every_s = std::max(*arguments_.interval_s, kShortestInterval);
    events.first_report_after_s = events.report_every_s;
    events.on_report = [this](const Search& search) { write_line(search); };
    return events;
}

std::string GtpReporter::line(const Search& search) const {
    Report report = search.report(report_options_);
    const BoardHistory& history = session_.game().history();
    if (session_.game().options().advance == PhaseAdvance::Prevented &&
        history.rules().scoring == ScoringRule::Territory)
        for (AnalysisMove& move : report.moves) cut_at_phase_end(history, move);
    return info_line(report, arguments_, format_);
}

void GtpReporter::write_line(const Search& search) const {
    const std::string text = line(search);
    if (!text.empty()) session_.output().write(text + "\n");
    // Nobody to search for: be idle until the input ends too.
    if (session_.output().failed()) session_.search().request_stop();
}

}  // namespace katago
