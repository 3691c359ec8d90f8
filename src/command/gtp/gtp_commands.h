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

// One GTP command: a row of the table.
struct GtpCommand {
    enum class Listing { Listed, Hidden };  // hidden ones work, but list_commands and known_command deny them
    enum class Pondering { Stops, GoesOn };

    std::string_view name;
    GtpReply (*run)(GtpSession& session, const GtpRequest& request);
    Pondering pondering = Pondering::Stops;
    Listing listing = Listing::Listed;
};

// In the order of list_commands.
std::span<const GtpCommand> gtp_commands();
// nullptr: unknown.
const GtpCommand* find_gtp_command(std::string_view name);

// What is said of every new board.
std::string board_announcement(BoardSize size);

namespace gtp {

// Throws ProtocolError "<what> but got '<arguments>'" unless there are as many arguments as that.
void expect_arguments(const GtpRequest& request, size_t count, std::string_view what);
// Throw ProtocolError "Could not parse color: 'x'", "Could not parse vertex: 'x'".
Player read_player(const std::string& text);
Point read_vertex(const std::string& text, BoardSize board);

using Command = GtpReply(GtpSession& session, const GtpRequest& request);

// gtp_admin_commands.cpp
Command protocol_version, name, version, known_command, list_commands, quit, stop, clear_cache, cputime,
    kata_get_models;
// gtp_board_commands.cpp
Command boardsize, clear_board, set_position, komi, get_komi, play, undo, showboard, list_stones, fixed_handicap,
    place_free_handicap, set_free_handicap;
// gtp_rules_commands.cpp
Command kata_get_rules, kata_set_rule, kata_set_rules, kgs_rules;
// gtp_param_commands.cpp
Command kata_get_param, kata_set_param, kata_list_params, kata_get_params, kata_set_params;
// gtp_time_commands.cpp
Command time_settings, kgs_time_settings, kata_time_settings, kata_list_time_settings, time_left, kata_debug_print_tc;
// gtp_move_commands.cpp
Command genmove, genmove_debug, kata_search, kata_search_debug, kata_search_cancellable, lz_genmove_analyze,
    kata_genmove_analyze, genmove_analyze, kata_search_analyze, kata_search_analyze_cancellable;
// gtp_analyze_commands.cpp
Command lz_analyze, kata_analyze, analyze;
// gtp_nn_commands.cpp
Command kata_raw_nn, kata_raw_human_nn, kata_benchmark;
// gtp_score_commands.cpp
Command final_score, final_status_list;
// gtp_sgf_commands.cpp
Command loadsgf, printsgf;
// gtp_debug_commands.cpp
Command debug_moves;

}  // namespace gtp

}  // namespace katago
