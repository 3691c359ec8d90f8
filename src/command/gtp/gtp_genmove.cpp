// SPDX-License-Identifier: MIT
#include "command/gtp/gtp_genmove.h"

#include "command/analysis_common.h"
#include "command/gtp/gtp_search_text.h"
#include "core/error.h"
#include "core/text.h"

namespace katago {

namespace {

// The line that gtp2ogs looks for on stderr.
void chat(GtpSession& session, const NodeValues& values, Player player) {
    const Perspective perspective = *parse_perspective(session.settings().report_winrates_as);
    const bool for_white =
        perspective == Perspective::SideToMove ? player == Color::White : perspective == Perspective::White;
    const double pda = session.search().params().playout_doubling_advantage;
    ReportOptions options;
    options.pv_length = session.settings().analysis_pv_length;
    const Report report = session.search().report(options);
    std::string text = "MALKOVICH:Visits " + std::to_string(values.visits);
    text += " Winrate " + fixed_number(100 * (for_white ? values.winrate() : 1 - values.winrate()), 2) + "%";
    text += " ScoreLead " + fixed_number(for_white ? values.lead : -values.lead, 1);
    text += " ScoreStdev " + fixed_number(values.score_stdev, 1);
    if (pda != 0) text += " (PDA " + fixed_number(pda, 2) + ")";
    text += " PV";
    if (!report.moves.empty())
        for (const Point point : report.moves[0].pv) text += " " + vertex_text(point, session.game().size());
    session.err() << text << std::endl;
}

// What the settings want to be told of a search for a move.
void report_search(GtpSession& session, Player player, Point move, const SearchResult& result) {
    const GtpSettings& settings = session.settings();
    if (settings.ogs_chat_to_stderr) chat(session, *session.search().root_values(), player);
    if (settings.log_search_info) session.log().write(search_dump(session, move, result));
    if (settings.log_search_info_for_chosen_move) session.log().write(move_dump(session, move));
}

}  // namespace

std::optional<GeneratedMove> generate_move(GtpSession& session, Player player, const MoveRequest& request) {
    MoveRequest reported = request;
    reported.on_searched = [&](Point move, const SearchResult& result) {
        report_search(session, player, move, result);
        if (request.on_searched) request.on_searched(move, result);
    };
    const std::optional<GeneratedMove> generated = session.generate_move(player, reported);
    if (generated && generated->move == kNullPoint)
        throw ProtocolError("genmove returned null location or illegal move");
    return generated;
}

}  // namespace katago
