// SPDX-License-Identifier: MIT
// What the search has found, for people to read.
#include <algorithm>

#include "command/gtp/gtp_commands.h"
#include "command/gtp/gtp_search_text.h"
#include "core/error.h"
#include "core/text.h"
#include "eval/eval_thread.h"
#include "eval/sgf_metadata.h"
#include "game/symmetry.h"

namespace katago::gtp {

namespace {

// What the network says of the position in each symmetry.
std::string raw_stats(GtpSession& session, const BoardHistory& history) {
    EvalThread thread(session.engine().evaluator(), session.draw_seed());
    const std::optional<SgfMetadata> profile = profile_of_name(session.settings().human_profile());
    std::string text;
    for (int symmetry = 0; symmetry < symmetry::kCount; ++symmetry) {
        EvalOptions options;
        options.symmetry = symmetry::for_frame(symmetry, history.board().size());
        options.skip_cache = true;
        options.metadata = profile ? &*profile : nullptr;
        const auto evaluation = thread.evaluate(history.board(), history, history.next_player(), options);
        const auto best = std::max_element(evaluation->policy.begin(), evaluation->policy.end());
        const auto index = static_cast<int>(best - evaluation->policy.begin());
        const Point move = point_of_policy_index(index, history.board().size(), history.board().size());
        text += "Symmetry " + std::to_string(symmetry) + " winloss " +
                fixed_number(static_cast<double>(evaluation->white_win - evaluation->white_loss), 4) + " lead " +
                fixed_number(static_cast<double>(evaluation->white_lead), 3) + " policy " +
                vertex_text(move, history.board().size()) + " " + fixed_number(static_cast<double>(*best), 4) + "\n";
    }
    return text;
}

GtpReply debug_moves(GtpSession& session, const GtpRequest& request) {
    BoardHistory history = session.game().history();
    std::span<const std::string> words = request.arguments;
    const bool wants_raw = !words.empty() && words[0] == "rawstats";
    if (wants_raw) words = words.subspan(1);
    std::vector<Point> branch;
    for (const std::string& word : words) {
        const std::optional<Point> point = parse_vertex(word, session.game().size());
        if (!point || !history.is_tolerated(*point, history.next_player()))
            throw ProtocolError("Invalid move sequence");
        history.make_move(*point, history.next_player(), session.game().options().advance);
        branch.push_back(*point);
    }
    std::string text = board_text(history) + "\n" + tree_text(session, branch);
    if (wants_raw) text += raw_stats(session, history);
    return without_blank_lines(text);
}

}  // namespace

std::span<const GtpCommand> debug_commands() {
    static constexpr GtpCommand kRows[] = {
        {"debug_moves", debug_moves},
    };
    return kRows;
}

}  // namespace katago::gtp
