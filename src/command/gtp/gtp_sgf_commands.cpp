// SPDX-License-Identifier: MIT
// GTP commands that read and write game records.
#include <algorithm>
#include <filesystem>
#include <optional>
#include <span>

#include "command/gtp/gtp_commands.h"
#include "command/gtp/gtp_file_argument.h"
#include "core/encoding.h"
#include "core/error.h"
#include "core/file.h"
#include "core/text.h"
#include "game/sgf.h"

namespace katago::gtp {

namespace {

constexpr int kMaxMoveNumber = 10'000'001;

// How many moves to play; the argument is the number of the first that is not played.
size_t moves_to_play(const std::optional<std::string>& argument) {
    if (!argument) return static_cast<size_t>(kMaxMoveNumber);
    const std::optional<int> number = parse_int(*argument);
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
    const FileToLoad wanted = read_file_to_load(request);
    const auto loading = [](const auto& step) {
        try {
            return step();
        } catch (const Error& error) {
            throw ProtocolError("Could not load sgf: " + std::string(error.what()));
        }
    };
    // First the file: where it is missing, that is what is wrong, whatever the number.
    const SgfGame record = loading([&] { return load_sgf_game(wanted.file); });
    const size_t moves = moves_to_play(wanted.number);
    // Refuses what cannot be played.
    const BoardHistory history = loading([&] { return replay(record, session.game().rules(), moves); });
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
    const std::optional<std::filesystem::path> file = read_file_to_write(request);
    const std::string text = sgf_text(session.game().history(), SgfWriteOptions{});
    if (!file || *file == "-") return text;
    try {
        write_file(*file, text + "\n");
    } catch (const IoError& error) {
        session.announce("WARNING: printsgf: " + std::string(error.what()));
        throw ProtocolError("Could not open or write to file: " + file->string());
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
