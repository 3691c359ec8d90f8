// SPDX-License-Identifier: MIT
#include "protocol/gtp_raw_nn.h"

#include <cstdio>

#include "core/error.h"
#include "core/text.h"

namespace katago {

namespace {

[[noreturn]] void fail(const std::string& problem, RawNnKind kind) {
    if (kind == RawNnKind::Human)
        throw ProtocolError(problem +
                            " for kata-raw-human-nn (expected an optional color followed by a symmetry 'all' or index "
                            "[0-7])");
    throw ProtocolError(problem +
                        " for kata-raw-nn (expected an optional color, a symmetry 'all' or index [0-7], and an "
                        "optional optimism [0-1])");
}

std::string policy_entry(float probability) {
    // An illegal move fills the same nine columns.
    if (probability < 0) return "    NAN ";
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%8.6f ", static_cast<double>(probability));
    return buffer;
}

std::string ownership_entry(float ownership) {
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%9.7f ", static_cast<double>(ownership));
    return buffer;
}

template <class Entry>
std::string rows(const std::vector<float>& values, int width, int height, Entry entry) {
    std::string text;
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) text += entry(values[static_cast<size_t>(y * width + x)]);
        text += '\n';
    }
    return text;
}

std::string line(std::string_view name, double value, int decimals) {
    return std::string(name) + " " + fixed_number(value, decimals) + "\n";
}

}  // namespace

RawNnArguments parse_raw_nn_arguments(std::span<const std::string> arguments, RawNnKind kind) {
    RawNnArguments result;
    if (!arguments.empty()) {
        if (const std::optional<Player> player = parse_player(arguments[0])) {
            result.player = *player;
            arguments = arguments.subspan(1);
        }
    }
    const std::string wanted = "Expected a symmetry argument 'all' or index [0-7]";
    if (arguments.empty()) fail(wanted, kind);
    if (lower_case(arguments[0]) == "all") {
        result.symmetry = RawNnArguments::kAllSymmetries;
    } else {
        const std::optional<int> symmetry = parse_int(arguments[0]);
        if (!symmetry || *symmetry < 0 || *symmetry > 7) fail(wanted + " but got '" + arguments[0] + "'", kind);
        result.symmetry = *symmetry;
    }
    arguments = arguments.subspan(1);
    if (kind == RawNnKind::Main && !arguments.empty()) {
        const std::optional<double> optimism = parse_number(arguments[0]);
        if (!optimism || *optimism < 0 || *optimism > 1)
            fail("Expected an optimism value in [0,1] but got '" + arguments[0] + "'", kind);
        result.optimism = *optimism;
        arguments = arguments.subspan(1);
    }
    if (!arguments.empty()) fail("Unexpected extra argument '" + arguments[0] + "'", kind);
    return result;
}

std::string raw_nn_text(const Evaluation& evaluation, int symmetry, RawNnKind kind) {
    std::string text = "symmetry " + std::to_string(symmetry) + "\n";
    text += line("whiteWin", evaluation.white_win, 6);
    text += line("whiteLoss", evaluation.white_loss, 6);
    text += line("noResult", evaluation.no_result, 6);
    if (kind == RawNnKind::Human) {
        text += line("whiteScore", evaluation.white_score_mean, 3);
        text += line("whiteScoreSq", evaluation.white_score_mean_sq, 3);
    } else {
        text += line("whiteLead", evaluation.white_lead, 3);
        text += line("whiteScoreSelfplay", evaluation.white_score_mean, 3);
        text += line("whiteScoreSelfplaySq", evaluation.white_score_mean_sq, 3);
        text += line("varTimeLeft", evaluation.var_time_left, 3);
    }
    text += line("shorttermWinlossError", evaluation.shortterm_winloss_error, 3);
    text += line("shorttermScoreError", evaluation.shortterm_score_error, 3);
    text += "policy\n" + rows(evaluation.policy, evaluation.width, evaluation.height, policy_entry);
    text += "policyPass " + policy_entry(evaluation.policy[static_cast<size_t>(evaluation.pass_index())]) + "\n";
    text += "whiteOwnership\n" + rows(evaluation.white_ownership, evaluation.width, evaluation.height, ownership_entry);
    return text;
}

}  // namespace katago
