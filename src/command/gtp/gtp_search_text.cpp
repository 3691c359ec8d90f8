// SPDX-License-Identifier: MIT
#include "command/gtp/gtp_search_text.h"

#include <algorithm>

#include "core/text.h"
#include "protocol/gtp_text.h"

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

std::string move_line(const AnalysisMove& move, BoardSize size) {
    std::string text = vertex_text(move.move, size);
    text.resize(std::max<size_t>(4, text.size()), ' ');
    text += " : " + values_text(move.values) + " LCB " + hundredths(move.utility_lcb) + "c P " +
            fixed_number(100 * move.prior, 2) + "% WF " + fixed_number(move.values.weight, 1) + " PSV " +
            fixed_number(move.play_selection_value, 0) + " N " + std::to_string(move.values.visits) + "  --";
    for (const Point point : move.pv) text += " " + vertex_text(point, size);
    return text + "\n";
}

Report report_of(GtpSession& session) {
    ReportOptions options;
    options.symmetry_copies = false;
    return session.search().report(options);
}

// The board with a free point marked.
std::string board_text(const BoardHistory& history, Point marked) {
    std::string text = board_text(history);
    const Board& board = history.board();
    if (marked == kPass || marked == kNullPoint || board.color(marked) != Color::Empty) return text;
    // Two lines of heading, then rows of a number and two columns a point.
    const int index = policy_index(marked, board.size());
    size_t row = 0;
    for (int line = 0; line < 2 + index / board.width(); ++line) row = text.find('\n', row) + 1;
    text[row + 3 + 2 * static_cast<size_t>(index % board.width())] = '@';
    return text;
}

}  // namespace

std::string tree_text(GtpSession& session, std::span<const Point> branch) {
    const Report report = report_of(session);
    if (!report.has_root) return "Nothing was searched\n";
    std::string text = ": " + values_text(report.root.values) + " N " + std::to_string(report.root.values.visits) +
                       "\n---White(^)---\n";
    size_t shown = 0;
    for (const AnalysisMove& move : report.moves) {
        const bool follows =
            branch.size() <= move.pv.size() && std::equal(branch.begin(), branch.end(), move.pv.begin());
        if (!follows || shown == kMovesShown) continue;
        text += move_line(move, session.game().size());
        ++shown;
    }
    return text;
}

std::string board_text(const BoardHistory& history) {
    return history.board().text(static_cast<int>(history.moves().size()), {});
}

std::string search_dump(GtpSession& session, Point move, const SearchResult& result) {
    const BoardHistory& history = session.game().history();
    const BoardSize size = session.game().size();
    const Report report = report_of(session);
    const double pda = session.search().params().playout_doubling_advantage;
    std::string text = board_text(history, move) + "\n";
    text += compact_text(history.rules(), KomiInOutput::Shown) + "\n";
    text += "Time taken: " + default_number(result.seconds) + "\n";
    text += "Root visits: " + std::to_string(report.root.values.visits) + "\n";
    text += "New playouts: " + std::to_string(result.playouts) + "\n";
    text += "NN rows: " + std::to_string(session.engine().evaluator().stats().evaluations) + "\n";
    if (pda != 0) text += "PlayoutDoublingAdvantage: " + default_number(pda) + "\n";
    text += "PV:";
    if (!report.moves.empty())
        for (const Point point : report.moves[0].pv) text += " " + vertex_text(point, size);
    return text + "\nTree:\n" + tree_text(session, {});
}

std::string move_dump(GtpSession& session, Point move) {
    return "Tree of the chosen move:\n" + tree_text(session, std::span(&move, 1));
}

}  // namespace katago
