// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "command/gtp/gtp_session.h"
#include "protocol/gtp_text.h"

namespace katago {

// What a command answers: the text of a success, or nothing where it writes its response itself. Failures are
// ProtocolErrors with the text of the failure.
using GtpReply = std::optional<std::string>;

// One GTP command: a row of the table of its file.
struct GtpCommand {
    enum class Pondering { Stops, GoesOn };

    std::string_view name;
    GtpReply (*run)(GtpSession& session, const GtpRequest& request);
    Pondering pondering = Pondering::Stops;
    // The same from the text of `version` alone, for commands that need no more: they are answered while the engine
    // loads. Null: it needs a session.
    std::string (*run_early)(const std::string& version, const GtpRequest& request) = nullptr;
};

// All commands, by file.
std::span<const std::span<const GtpCommand>> gtp_command_groups();
// nullptr: unknown.
const GtpCommand* find_gtp_command(std::string_view name);
// What list_commands answers, in this order. Commands that are missing here work, but known_command denies them.
std::span<const std::string_view> listed_gtp_commands();

// What is said of every new board.
std::string board_announcement(BoardSize size);

namespace gtp {

// Throws ProtocolError "<what> but got '<arguments>'" unless there are as many arguments as that.
void expect_arguments(const GtpRequest& request, size_t count, std::string_view what);
// Throw ProtocolError "Could not parse color: 'x'", "Could not parse vertex: 'x'".
Player read_player(const std::string& text);
Point read_vertex(const std::string& text, BoardSize board);
// Where stones stand, row by row from the top; those of one player, or with Empty of both.
std::string vertices_of(const Board& board, Player player = Color::Empty);

constexpr auto kGoesOn = GtpCommand::Pondering::GoesOn;

// The rows of the commands in gtp_<name>.cpp.
std::span<const GtpCommand> admin_commands();
std::span<const GtpCommand> analyze_commands();
std::span<const GtpCommand> board_commands();
std::span<const GtpCommand> debug_commands();
std::span<const GtpCommand> handicap_commands();
std::span<const GtpCommand> move_commands();
std::span<const GtpCommand> nn_commands();
std::span<const GtpCommand> param_commands();
std::span<const GtpCommand> rules_commands();
std::span<const GtpCommand> score_commands();
std::span<const GtpCommand> sgf_commands();
std::span<const GtpCommand> time_commands();

}  // namespace gtp

}  // namespace katago
