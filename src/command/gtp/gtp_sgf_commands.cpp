// SPDX-License-Identifier: MIT
// GTP commands that read and write game records.
#include <algorithm>
#include <span>

#include "command/gtp/gtp_commands.h"
#include "core/encoding.h"
#include "core/error.h"
#include "core/file.h"
#include "core/text.h"
#include "game/sgf.h"

namespace katago::gtp {

namespace {

constexpr int kMaxMoveNumber = 10'000'001;

// How many moves to play; the argument is the number of the first that is not played.
size_t moves_to_play(const GtpRequest& request) {
    if (request.arguments.size() < 2) return static_cast<size_t>(kMaxMoveNumber);
    const std::optional<int> number = parse_int(request.arguments[1]);
    if (!number || *number < 1 || *number > kMaxMoveNumber)
        throw ProtocolError("Invalid value for moveNumber for loadsgf");
    return static_cast<size_t>(*number - 1);
}

// The record's rules, else those in force; with the record's komi, else that of the rules or the one in force. Tells
// what was assumed on stderr.
Rules rules_of_record(GtpSession& session, const SgfGame& record) {
    const Rules current = session.game().rules();
    if (record.rules_text && !record.rules) {
        session.err() << "WARNING: using default rules " << compact_text(current, KomiInOutput::Hidden)
                      << " because could not parse sgf rules: " << excerpt(*record.rules_text) << std::endl;
    } else if (!record.rules_text && record.komi) {
        session.err() << "Sgf has no rules, using default rules with SGF-specified komi: "
                      << compact_text(current, KomiInOutput::Hidden) << std::endl;
    } else if (!record.rules_text) {
        session.err() << "Sgf has no rules or komi, using default rules: " << compact_text(current, KomiInOutput::Shown)
                      << std::endl;
    }
    const Rules rules = record.rules_or(current);
    if (!rules.equals_ignoring_komi(current))
        session.err() << "Changing rules to " << json_text(rules, KomiInOutput::Hidden) << std::endl;
    if (rules.komi != current.komi)
        session.err() << "Changing komi to " << default_number(static_cast<double>(rules.komi)) << std::endl;
    return rules;
}

// Answers with what the record does not say clearly, so that programs with a board show it.
GtpReply loadsgf(GtpSession& session, const GtpRequest& request) {
    if (request.arguments.empty() || request.arguments.size() > 2)
        throw ProtocolError("Expected one or two arguments for loadsgf but got '" + request.joined() + "'");
    const size_t moves = moves_to_play(request);
    SgfGame record;
    BoardHistory history;
    try {
        record = load_sgf_game(request.arguments[0]);
        history = replay(record, session.game().rules(), moves);  // refuses what cannot be played
    } catch (const Error& error) {
        throw ProtocolError("Could not load sgf: " + std::string(error.what()));
    }
    const Rules rules = rules_of_record(session, record);
    const std::span<const Move> played = std::span(record.moves).first(std::min(moves, record.moves.size()));
    if (!session.load(history.initial_board(), history.initial_player(), rules, played))
        throw ProtocolError("Cannot load file");
    std::string answer;
    for (const std::string& warning : record.warnings) {
        session.err() << "WARNING: " << warning << std::endl;
        answer += (answer.empty() ? "WARNING: " : "\nWARNING: ") + warning;
    }
    return answer;
}

GtpReply printsgf(GtpSession& session, const GtpRequest& request) {
    if (request.arguments.size() > 1)
        throw ProtocolError("Expected zero or one argument for print but got '" + request.joined() + "'");
    const std::string text = sgf_text(session.game().history(), SgfWriteOptions{});
    if (request.arguments.empty() || request.arguments[0] == "-") return text;
    try {
        write_file(request.arguments[0], text + "\n");
    } catch (const IoError&) {
        throw ProtocolError("Could not open or write to file: " + request.arguments[0]);
    }
    return "";
}

}  // namespace

std::span<const GtpCommand> sgf_commands() {
    static constexpr GtpCommand kRows[] = {
        {"loadsgf", loadsgf},
        {"printsgf", printsgf, kGoesOn},
    };
    return kRows;
}

}  // namespace katago::gtp
