// SPDX-License-Identifier: MIT
// GTP commands about the network itself.
#include "command/gtp/gtp_commands.h"
#include "core/error.h"
#include "core/text.h"
#include "engine/benchmark_positions.h"
#include "engine/speed/search_speed.h"
#include "eval/eval_thread.h"
#include "eval/sgf_metadata.h"
#include "game/symmetry.h"
#include "protocol/gtp_raw_nn.h"

namespace katago::gtp {

namespace {

constexpr int kBenchmarkPositions = 10;

// The network's answers for the symmetries asked for, one block each.
std::string raw_text(GtpSession& session, Evaluator& evaluator, const RawNnArguments& arguments, RawNnKind kind) {
    BoardHistory history = session.game().history();
    const Player player = arguments.player == Color::Empty ? history.next_player() : arguments.player;
    if (player != history.next_player()) history.restart(player);

    const SearchParams& params = session.settings().player.search;
    const std::optional<SgfMetadata> profile = profile_of_name(session.settings().human_profile());
    EvalOptions options;
    options.draw_equivalent_wins_for_white = params.draw_equivalent_wins_for_white;
    options.include_ownership = true;
    options.skip_cache = true;
    options.metadata = profile ? &*profile : nullptr;
    if (kind == RawNnKind::Main) {
        options.policy_optimism = arguments.optimism < 0 ? params.effective_root_policy_optimism() : arguments.optimism;
        const Player advised = parse_player(params.playout_doubling_advantage_pla).value_or(player);
        options.playout_doubling_advantage =
            advised == player ? params.playout_doubling_advantage : -params.playout_doubling_advantage;
    }

    const bool all = arguments.symmetry == RawNnArguments::kAllSymmetries;
    EvalThread thread(evaluator, session.draw_seed());
    std::string text;
    for (int symmetry = all ? 0 : arguments.symmetry; symmetry <= (all ? 7 : arguments.symmetry); ++symmetry) {
        if (!text.empty()) text += "\n";
        // A board that is not square is not transposed.
        options.symmetry = symmetry::for_frame(symmetry, session.game().size());
        text += raw_nn_text(*thread.evaluate(history.board(), history, player, options), symmetry, kind);
    }
    return std::string(trimmed(text));
}

GtpReply kata_raw_nn(GtpSession& session, const GtpRequest& request) {
    const RawNnArguments arguments = parse_raw_nn_arguments(request.arguments, RawNnKind::Main);
    return raw_text(session, session.engine().evaluator(), arguments, RawNnKind::Main);
}

GtpReply kata_raw_human_nn(GtpSession& session, const GtpRequest& request) {
    if (!session.human_engine()) throw ProtocolError("Cannot run kata-raw-human-nn, -human-model was not provided");
    Evaluator& evaluator = session.human_engine()->evaluator();
    if (evaluator.wants_metadata() && !profile_of_name(session.settings().human_profile()))
        throw ProtocolError("Cannot run kata-raw-human-nn, humanSLProfile parameter was not set");
    const RawNnArguments arguments = parse_raw_nn_arguments(request.arguments, RawNnKind::Human);
    return raw_text(session, evaluator, arguments, RawNnKind::Human);
}

GtpReply kata_benchmark(GtpSession& session, const GtpRequest& request) {
    expect_arguments(request, 1, "Expected one argument for kata-benchmark");
    const std::optional<int> visits = parse_int(request.arguments[0]);
    if (!visits || *visits < 1) throw ProtocolError("Could not parse number of visits: " + request.arguments[0]);
    const BoardSize size = session.game().size();
    if (size.width != size.height)
        throw ProtocolError("Current board size is " + std::to_string(size.width) + "x" + std::to_string(size.height) +
                            ", no built-in benchmarks for rectangular boards");
    const std::vector<BoardHistory> positions = benchmark_positions(size.width, kBenchmarkPositions);
    SearchParams params = session.settings().player.search;
    params.max_visits = *visits;
    params.max_playouts = SearchParams::kUnlimitedVisits;
    params.max_time_s = SearchParams::kUnlimitedTime;
    Evaluator& evaluator = session.engine().evaluator();
    Search search(evaluator, params, /*seed=*/0);
    const OutputReader::Notice nobody_reads(session.reader(), [&] { search.abandon(); });
    GtpOutput& output = session.output();
    output.write(gtp_header(request.id));
    const SearchSpeed speed = measure_search(search, evaluator, positions, [&](const SearchSpeed& so_far) {
        output.write("\r" + speed_line(so_far, positions.size()));
        session.reader().expect();
    });
    output.write("\r" + speed_line(speed, positions.size()) + "\n\n");
    return std::nullopt;
}

}  // namespace

std::span<const GtpCommand> nn_commands() {
    static constexpr GtpCommand kRows[] = {
        {"kata-raw-nn", kata_raw_nn},
        {"kata-raw-human-nn", kata_raw_human_nn},
        {"kata-benchmark", kata_benchmark},
    };
    return kRows;
}

}  // namespace katago::gtp
