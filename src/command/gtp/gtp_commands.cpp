// SPDX-License-Identifier: MIT
#include "command/gtp/gtp_commands.h"

#include "core/error.h"

namespace katago {

namespace {

constexpr auto kGoesOn = GtpCommand::Pondering::GoesOn;
constexpr auto kStops = GtpCommand::Pondering::Stops;
constexpr auto kHidden = GtpCommand::Listing::Hidden;

constexpr GtpCommand kCommands[] = {
    {"protocol_version", gtp::protocol_version, kGoesOn},
    {"name", gtp::name, kGoesOn},
    {"version", gtp::version, kGoesOn},
    {"known_command", gtp::known_command, kGoesOn},
    {"list_commands", gtp::list_commands, kGoesOn},
    {"quit", gtp::quit},
    {"boardsize", gtp::boardsize},
    {"rectangular_boardsize", gtp::boardsize},
    {"clear_board", gtp::clear_board},
    {"set_position", gtp::set_position},
    {"komi", gtp::komi},
    {"get_komi", gtp::get_komi, kGoesOn},
    {"play", gtp::play},
    {"undo", gtp::undo},
    {"kata-get-rules", gtp::kata_get_rules, kGoesOn},
    {"kata-set-rule", gtp::kata_set_rule},
    {"kata-set-rules", gtp::kata_set_rules},
    {"kata-get-models", gtp::kata_get_models, kGoesOn},
    {"kata-get-param", gtp::kata_get_param, kGoesOn},
    {"kata-set-param", gtp::kata_set_param},
    {"kata-list-params", gtp::kata_list_params, kGoesOn},
    {"kgs-rules", gtp::kgs_rules},
    {"genmove", gtp::genmove},
    {"kata-search", gtp::kata_search},
    {"kata-search_cancellable", gtp::kata_search_cancellable},
    {"genmove_debug", gtp::genmove_debug},
    {"kata-search_debug", gtp::kata_search_debug},
    {"clear_cache", gtp::clear_cache},
    {"showboard", gtp::showboard, kGoesOn},
    {"fixed_handicap", gtp::fixed_handicap},
    {"place_free_handicap", gtp::place_free_handicap},
    {"set_free_handicap", gtp::set_free_handicap},
    {"time_settings", gtp::time_settings},
    {"kgs-time_settings", gtp::kgs_time_settings},
    {"time_left", gtp::time_left},
    {"kata-list_time_settings", gtp::kata_list_time_settings, kGoesOn},
    {"kata-time_settings", gtp::kata_time_settings},
    {"final_score", gtp::final_score},
    {"final_status_list", gtp::final_status_list},
    {"loadsgf", gtp::loadsgf},
    {"printsgf", gtp::printsgf, kGoesOn},
    {"lz-genmove_analyze", gtp::lz_genmove_analyze},
    {"kata-genmove_analyze", gtp::kata_genmove_analyze},
    {"kata-search_analyze", gtp::kata_search_analyze},
    {"kata-search_analyze_cancellable", gtp::kata_search_analyze_cancellable},
    {"lz-analyze", gtp::lz_analyze},
    {"kata-analyze", gtp::kata_analyze},
    {"kata-raw-nn", gtp::kata_raw_nn},
    {"kata-raw-human-nn", gtp::kata_raw_human_nn},
    {"cputime", gtp::cputime, kGoesOn},
    {"gomill-cpu_time", gtp::cputime, kGoesOn},
    {"kata-benchmark", gtp::kata_benchmark},
    {"kata-debug-print-tc", gtp::kata_debug_print_tc, kGoesOn},
    {"debug_moves", gtp::debug_moves},
    {"stop", gtp::stop},
    // Sabaki would take `analyze` for its own dialect if it were listed.
    {"analyze", gtp::analyze, kStops, kHidden},
    {"genmove_analyze", gtp::genmove_analyze, kStops, kHidden},
    // Kigo asks for it without looking at the list.
    {"list_stones", gtp::list_stones, kGoesOn, kHidden},
    {"kata-get-params", gtp::kata_get_params, kGoesOn, kHidden},
    {"kata-set-params", gtp::kata_set_params, kStops, kHidden},
};

}  // namespace

std::span<const GtpCommand> gtp_commands() {
    return kCommands;
}

const GtpCommand* find_gtp_command(std::string_view name) {
    for (const GtpCommand& command : kCommands)
        if (command.name == name) return &command;
    return nullptr;
}

std::string board_announcement(BoardSize size) {
    return "Initializing board with boardXSize " + std::to_string(size.width) + " boardYSize " +
           std::to_string(size.height);
}

namespace gtp {

void expect_arguments(const GtpRequest& request, size_t count, std::string_view what) {
    if (request.arguments.size() != count)
        throw ProtocolError(std::string(what) + " but got '" + request.joined() + "'");
}

Player read_player(const std::string& text) {
    const std::optional<Player> player = parse_player(text);
    if (!player) throw ProtocolError("Could not parse color: '" + text + "'");
    return *player;
}

Point read_vertex(const std::string& text, BoardSize board) {
    const std::optional<Point> point = parse_vertex(text, board);
    if (!point) throw ProtocolError("Could not parse vertex: '" + text + "'");
    return *point;
}

}  // namespace gtp

}  // namespace katago
