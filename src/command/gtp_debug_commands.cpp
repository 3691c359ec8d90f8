// SPDX-License-Identifier: MIT
// What the search has found, for people to read.
#include <algorithm>

#include "command/gtp_commands.h"
#include "command/gtp_genmove.h"
#include "core/error.h"

namespace katago {

namespace {

constexpr size_t kMovesShown = 10;

std::string hundredths(double value) {
    std::string text = fixed_number(100 * value, 2);
    return std::string(text.size() < 7 ? 7 - text.size() : 0, ' ') + text;
}

std::string values_text(const NodeValues& values) {
    return "T " + hundredths(values.utility) + "c W " + hundredths(values.win_loss) + "c (" +
           (values.score_mean >= 0 ? "+" : "") + fixed_number(values.score_mean, 1) + " L " +
           (values.lead >= 0 ? "+" : "") + fixed_number(values.lead, 1) + ")";
}

// The root, then its best moves.
std::string tree_text(GtpSession& session) {
    ReportOptions options;
    options.symmetry_copies = false;
    const Report report = session.search().report(options);
    if (!report.has_root) return "Nothing was searched\n";
    const BoardSize size = session.game().size();
    std::string text = ": " + values_text(report.root.values) + " N " + std::to_string(report.root.values.visits) +
                       "\n---White(^)---\n";
    for (size_t i = 0; i < std::min(kMovesShown, report.moves.size()); ++i) {
        const AnalysisMove& move = report.moves[i];
        std::string vertex = vertex_text(move.move, size);
        vertex.resize(std::max<size_t>(4, vertex.size()), ' ');
        text += vertex + " : " + values_text(move.values) + " LCB " + hundredths(move.utility_lcb) + "c P " +
                fixed_number(100 * move.prior, 2) + "% WF " + fixed_number(move.values.weight, 1) + " PSV " +
                fixed_number(move.play_selection_value, 0) + " N " + std::to_string(move.values.visits) + "  --";
        for (const Point point : move.pv) text += " " + vertex_text(point, size);
        text += "\n";
    }
    return text;
}

}  // namespace

std::string search_dump(GtpSession& session, Point move) {
    const BoardHistory& history = session.game().history();
    const std::optional<NodeValues> values = session.search().root_values();
    const double pda = session.search().params().playout_doubling_advantage;
    std::string text = history.board().text(static_cast<int>(history.moves().size()), {}) + "\n";
    text += compact_text(history.rules(), KomiInOutput::Shown) + "\n";
    if (move != kNullPoint) text += "Move: " + vertex_text(move, session.game().size()) + "\n";
    text += "Root visits: " + std::to_string(values ? values->visits : 0) + "\n";
    text += "NN rows: " + std::to_string(session.engine().evaluator().stats().evaluations) + "\n";
    if (pda != 0) text += "PlayoutDoublingAdvantage: " + default_number(pda) + "\n";
    return text + "Tree:\n" + tree_text(session);
}

GtpReply gtp::debug_moves(GtpSession& session, const GtpRequest& request) {
    BoardHistory history = session.game().history();
    std::vector<std::string> moves = request.arguments;
    if (!moves.empty() && moves[0] == "rawstats") moves.erase(moves.begin());
    for (const std::string& text : moves) {
        const std::optional<Point> point = parse_vertex(text, session.game().size());
        if (!point || !history.is_tolerated(*point, history.next_player()))
            throw ProtocolError("Invalid move sequence");
        history.make_move(*point, history.next_player(), session.game().options().advance);
    }
    std::string text = history.board().text(static_cast<int>(history.moves().size()), {}) + "\n";
    if (moves.empty()) text += tree_text(session);
    return without_blank_lines(text);
}

}  // namespace katago
