// SPDX-License-Identifier: MIT
#include "command/gtp/gtp_commands.h"

#include "core/error.h"
#include "core/text.h"

namespace katago {

namespace {

// In KataGo's order. Left out are `analyze`, which Sabaki would take for its own dialect, and what clients use without
// looking at the list.
constexpr std::string_view kListed[] = {
    "protocol_version",
    "name",
    "version",
    "known_command",
    "list_commands",
    "quit",
    "boardsize",
    "rectangular_boardsize",
    "clear_board",
    "set_position",
    "komi",
    "get_komi",
    "play",
    "undo",
    "kata-get-rules",
    "kata-set-rule",
    "kata-set-rules",
    "kata-get-models",
    "kata-get-param",
    "kata-set-param",
    "kata-list-params",
    "kgs-rules",
    "genmove",
    "kata-search",
    "kata-search_cancellable",
    "genmove_debug",
    "kata-search_debug",
    "clear_cache",
    "showboard",
    "fixed_handicap",
    "place_free_handicap",
    "set_free_handicap",
    "time_settings",
    "kgs-time_settings",
    "time_left",
    "kata-list_time_settings",
    "kata-time_settings",
    "final_score",
    "final_status_list",
    "loadsgf",
    "printsgf",
    "lz-genmove_analyze",
    "kata-genmove_analyze",
    "kata-search_analyze",
    "kata-search_analyze_cancellable",
    "lz-analyze",
    "kata-analyze",
    "kata-raw-nn",
    "kata-raw-human-nn",
    "cputime",
    "gomill-cpu_time",
    "kata-benchmark",
    "kata-debug-print-tc",
    "debug_moves",
    "stop",
};

}  // namespace

std::span<const std::span<const GtpCommand>> gtp_command_groups() {
    static const std::span<const GtpCommand> groups[] = {
        gtp::admin_commands(),    gtp::analyze_commands(), gtp::board_commands(), gtp::debug_commands(),
        gtp::handicap_commands(), gtp::move_commands(),    gtp::nn_commands(),    gtp::param_commands(),
        gtp::rules_commands(),    gtp::score_commands(),   gtp::sgf_commands(),   gtp::time_commands(),
    };
    return groups;
}

const GtpCommand* find_gtp_command(std::string_view name) {
    for (const std::span<const GtpCommand> group : gtp_command_groups())
        for (const GtpCommand& command : group)
            if (command.name == name) return &command;
    return nullptr;
}

std::span<const std::string_view> listed_gtp_commands() {
    return kListed;
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

std::string vertices_of(const Board& board, Player player) {
    std::vector<std::string> vertices;
    for (const Stone& stone : board.stones())
        if (player == Color::Empty || stone.color == player) vertices.push_back(vertex_text(stone.point, board.size()));
    return join(vertices, " ");
}

}  // namespace gtp

}  // namespace katago
