// SPDX-License-Identifier: MIT
// GTP commands about the network itself.
#include "command/gtp_commands.h"
#include "core/error.h"
#include "protocol/gtp_raw_nn.h"

namespace katago::gtp {

GtpReply kata_raw_nn(GtpSession& session, const GtpRequest& request) {
    const RawNnArguments arguments = parse_raw_nn_arguments(request.arguments);
    BoardHistory history = session.game().history();
    const Player player = arguments.player == Color::Empty ? history.next_player() : arguments.player;
    if (player != history.next_player()) history.restart(player);

    const SearchParams& params = session.settings().genmove;
    EvalOptions options;
    options.draw_equivalent_wins_for_white = params.draw_equivalent_wins_for_white;
    options.policy_optimism = arguments.optimism < 0 ? params.effective_root_policy_optimism() : arguments.optimism;
    const Player advised = parse_player(params.playout_doubling_advantage_pla).value_or(player);
    options.playout_doubling_advantage =
        advised == player ? params.playout_doubling_advantage : -params.playout_doubling_advantage;
    options.include_ownership = true;
    options.skip_cache = true;

    const bool all = arguments.symmetry == RawNnArguments::kAllSymmetries;
    EvalThread thread(session.engine().evaluator(), session.rng().next());
    std::string text;
    for (int symmetry = all ? 0 : arguments.symmetry; symmetry <= (all ? 7 : arguments.symmetry); ++symmetry) {
        if (!text.empty()) text += "\n";
        options.symmetry = symmetry;
        text += raw_nn_text(*thread.evaluate(history.board(), history, player, options), symmetry);
    }
    return std::string(trimmed(text));
}

GtpReply kata_raw_human_nn(GtpSession&, const GtpRequest&) {
    throw ProtocolError("Cannot run kata-raw-human-nn, -human-model was not provided");
}

}  // namespace katago::gtp
