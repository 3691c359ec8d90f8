// SPDX-License-Identifier: MIT
// GTP commands that set up, play, take back and show.
#include <algorithm>
#include <cmath>

#include "command/gtp/gtp_commands.h"
#include "core/error.h"
#include "core/heap.h"
#include "core/text.h"

namespace katago::gtp {

namespace {

// "9 13" and "9:13" are columns and rows, "9" is both.
std::optional<std::pair<int, int>> parse_size(const std::vector<std::string>& arguments) {
    std::vector<std::string> pieces = arguments;
    if (pieces.size() == 1) {
        if (const size_t colon = pieces[0].find(':'); colon != std::string::npos)
            pieces = {pieces[0].substr(0, colon), pieces[0].substr(colon + 1)};
        else
            pieces.push_back(pieces[0]);
    }
    if (pieces.size() != 2) return std::nullopt;
    const std::optional<int> width = parse_int(pieces[0]);
    const std::optional<int> height = parse_int(pieces[1]);
    if (!width || !height) return std::nullopt;
    return std::pair{*width, *height};
}

GtpReply boardsize(GtpSession& session, const GtpRequest& request) {
    const auto size = parse_size(request.arguments);
    if (!size)
        throw ProtocolError("Expected int argument for boardsize or pair of ints but got '" + request.joined() + "'");
    const auto [width, height] = *size;
    if (width < kMinBoardLength || height < kMinBoardLength) throw ProtocolError("unacceptable size");
    if (width > kMaxBoardLength || height > kMaxBoardLength)
        throw ProtocolError("unacceptable size (Board::MAX_LEN is " + std::to_string(kMaxBoardLength) +
                            ", consider increasing and recompiling)");
    // The same size keeps the position.
    if (session.game().size() == BoardSize{width, height}) return "";
    session.set_up(Board(BoardSize{width, height}), Color::Black);
    session.announce(board_announcement(session.game().size()));
    return "";
}

GtpReply clear_board(GtpSession& session, const GtpRequest&) {
    session.set_up(Board(session.game().size()), Color::Black);
    return_free_memory();  // a long analysis has a tree of many megabytes, the next game may have none
    return "";
}

GtpReply set_position(GtpSession& session, const GtpRequest& request) {
    const std::vector<std::string>& arguments = request.arguments;
    const BoardSize size = session.game().size();
    const std::string expected =
        "Expected a space-separated sequence of <COLOR> <VERTEX> pairs but got '" + request.joined() + "'";
    if (arguments.size() % 2 != 0) throw ProtocolError(expected);
    std::vector<Stone> stones;
    for (size_t i = 0; i < arguments.size(); i += 2) {
        const std::optional<Player> player = parse_player(arguments[i]);
        if (!player) throw ProtocolError(expected + ": could not parse color: '" + arguments[i] + "'");
        const std::optional<Point> point = parse_vertex(arguments[i + 1], size);
        if (!point || *point == kPass || *point == kNullPoint)
            throw ProtocolError(expected + ": could not parse vertex: '" + arguments[i + 1] + "'");
        stones.push_back({*point, *player});
    }
    Board board(size);
    if (!board.set_strictly(stones))
        throw ProtocolError("Illegal stone placements - overlapping stones or stones with no liberties?");
    session.set_up(board, Color::Black);
    return "";
}

GtpReply komi(GtpSession& session, const GtpRequest& request) {
    const std::optional<double> value =
        request.arguments.size() == 1 ? parse_number(request.arguments[0]) : std::nullopt;
    if (!value) throw ProtocolError("Expected single float argument for komi but got '" + request.joined() + "'");
    if (std::abs(*value) > static_cast<double>(kMaxKomi)) throw ProtocolError("unacceptable komi");
    if (!komi_is_half_integer(*value)) throw ProtocolError("komi must be an integer or half-integer");
    session.set_komi(session.settings().forced_komi.value_or(static_cast<float>(*value)));
    if (session.game().has_moves()) session.start_pondering();
    return "";
}

GtpReply get_komi(GtpSession& session, const GtpRequest&) {
    return default_number(static_cast<double>(session.game().rules().komi));
}

GtpReply play(GtpSession& session, const GtpRequest& request) {
    expect_arguments(request, 2, "Expected two arguments for play");
    const Player player = read_player(request.arguments[0]);
    const Point point = read_vertex(request.arguments[1], session.game().size());
    const bool played = session.play({point, player});
    session.start_pondering();
    if (!played) throw ProtocolError("illegal move");
    return "";
}

GtpReply undo(GtpSession& session, const GtpRequest&) {
    if (!session.undo()) throw ProtocolError("cannot undo");
    return "";
}

GtpReply showboard(GtpSession& session, const GtpRequest&) {
    const BoardHistory& history = session.game().history();
    std::vector<Point> last_moves;
    for (int k = std::min(3, static_cast<int>(history.moves().size())); k >= 1; --k)
        last_moves.push_back(history.move_ago(k).point);
    std::string text = history.board().text(static_cast<int>(history.moves().size()), last_moves) + "\n";
    text += "Next player: " + std::string(long_name(history.next_player())) + "\n";
    if (history.phase() > 0) text += "Game phase: " + std::to_string(history.phase()) + "\n";
    text += "Rules: " + json_text(history.rules(), KomiInOutput::Shown) + "\n";
    if (history.white_handicap_bonus() != 0)
        text += "Handicap bonus score: " + default_number(static_cast<double>(history.white_handicap_bonus())) + "\n";
    text += "B stones captured: " + std::to_string(history.board().captured(Color::Black)) + "\n";
    text += "W stones captured: " + std::to_string(history.board().captured(Color::White));
    return without_blank_lines(text);
}

GtpReply list_stones(GtpSession& session, const GtpRequest& request) {
    expect_arguments(request, 1, "Expected one argument for list_stones");
    return vertices_of(session.game().board(), read_player(request.arguments[0]));
}

}  // namespace

std::span<const GtpCommand> board_commands() {
    static constexpr GtpCommand kRows[] = {
        {"boardsize", boardsize},
        {"rectangular_boardsize", boardsize},
        {"clear_board", clear_board},
        {"set_position", set_position},
        {"komi", komi},
        {"get_komi", get_komi, kGoesOn},
        {"play", play},
        {"undo", undo},
        {"showboard", showboard, kGoesOn},
        {"list_stones", list_stones, kGoesOn},
    };
    return kRows;
}

}  // namespace katago::gtp
