// SPDX-License-Identifier: MIT
// GTP commands that set up, play, take back and show.
#include <algorithm>
#include <cmath>

#include "command/gtp/gtp_commands.h"
#include "core/error.h"
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

// Row by row from the top; of one player, or with Empty of both.
std::string vertices_of(const Board& board, Player player = Color::Empty) {
    std::vector<std::string> vertices;
    for (const Stone& stone : board.stones())
        if (player == Color::Empty || stone.color == player) vertices.push_back(vertex_text(stone.point, board.size()));
    return join(vertices, " ");
}

int read_handicap(GtpSession& session, const GtpRequest& request) {
    expect_arguments(request, 1, "Expected one argument for " + request.command);
    const std::string& text = request.arguments[0];
    const std::optional<int> count = parse_int(text);
    if (!count) throw ProtocolError("Could not parse number of handicap stones: '" + text + "'");
    if (*count < 2) throw ProtocolError("Number of handicap stones less than 2: '" + text + "'");
    if (!session.game().board().is_empty()) throw ProtocolError("Board is not empty");
    return *count;
}

// Throws where the board has no usual points for so many stones.
void check_fixed_handicap(BoardSize size, int count) {
    constexpr int kSmallestSide = 7;
    const int shorter = std::min(size.width, size.height);
    std::string problem;
    if (shorter < kSmallestSide)
        problem = "Board is too small for fixed handicap";
    else if (count > 4 && (size.width % 2 == 0 || size.height % 2 == 0))
        problem = "Fixed handicap > 4 is not allowed on boards with even dimensions";
    else if (count > 4 && shorter <= kSmallestSide)
        problem = "Fixed handicap > 4 is not allowed on boards with size 7";
    else if (count > 9)
        problem = "Fixed handicap > 9 is not allowed";
    if (!problem.empty()) throw ProtocolError(problem + ", try place_free_handicap");
}

// Puts black stones on the empty board, White to move.
void set_handicap(GtpSession& session, const std::vector<Point>& points) {
    std::vector<Stone> stones;
    for (const Point point : points) stones.push_back({point, Color::Black});
    Board board(session.game().size());
    if (!board.set_strictly(stones)) throw ProtocolError("Handicap placement is invalid");
    session.set_up(board, Color::White);
}

constexpr double kHandicapTemperature = 0.25;
constexpr int kMaxFreeHandicap = 30;

// A point drawn from the network's policy for Black.
Point draw_handicap_point(GtpSession& session, EvalThread& thread, const Board& board) {
    const BoardHistory history(board, Color::Black, session.game().rules());
    const auto evaluation = thread.evaluate(board, history, Color::Black, EvalOptions{});
    std::vector<double> weights(evaluation->policy.begin(), evaluation->policy.end() - 1);
    double total = 0;
    for (double& weight : weights) {
        weight = weight > 0 ? std::pow(weight, 1 / kHandicapTemperature) : 0;
        total += weight;
    }
    double rest = session.draw_uniform() * total;
    int chosen = -1;
    for (int i = 0; i < static_cast<int>(weights.size()); ++i) {
        const double weight = weights[static_cast<size_t>(i)];
        if (weight <= 0) continue;
        chosen = i;
        rest -= weight;
        if (rest < 0) break;
    }
    return chosen < 0 ? kNullPoint : point_of_policy_index(chosen, board.size(), board.size());
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

GtpReply fixed_handicap(GtpSession& session, const GtpRequest& request) {
    const int count = read_handicap(session, request);
    check_fixed_handicap(session.game().size(), count);
    set_handicap(session, fixed_handicap_points(session.game().size(), count));
    return vertices_of(session.game().board());
}

GtpReply place_free_handicap(GtpSession& session, const GtpRequest& request) {
    const BoardSize size = session.game().size();
    const int count = std::min({read_handicap(session, request), kMaxFreeHandicap, size.area() / 4});
    EvalThread thread(session.engine().evaluator(), session.draw_seed());
    std::vector<Point> points;
    Board board(size);
    for (int i = 0; i < count; ++i) {
        const Point point = draw_handicap_point(session, thread, board);
        if (point == kNullPoint) break;
        points.push_back(point);
        board.set_resolving({point, Color::Black});
    }
    set_handicap(session, points);
    return vertices_of(session.game().board());
}

GtpReply set_free_handicap(GtpSession& session, const GtpRequest& request) {
    if (!session.game().board().is_empty()) throw ProtocolError("Board is not empty");
    std::vector<Point> points;
    for (const std::string& text : request.arguments) {
        const std::optional<Point> point = parse_vertex(text, session.game().size());
        if (!point || *point == kPass) throw ProtocolError("Handicap placement is invalid");
        points.push_back(*point);
    }
    set_handicap(session, points);
    return "";
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
        {"fixed_handicap", fixed_handicap},
        {"place_free_handicap", place_free_handicap},
        {"set_free_handicap", set_free_handicap},
        {"list_stones", list_stones, kGoesOn},
    };
    return kRows;
}

}  // namespace katago::gtp
