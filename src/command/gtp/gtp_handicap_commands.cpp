// SPDX-License-Identifier: MIT
// GTP commands that put down handicap stones.
#include <algorithm>
#include <cmath>

#include "command/gtp/gtp_commands.h"
#include "core/error.h"
#include "core/text.h"
#include "eval/eval_thread.h"

namespace katago::gtp {

namespace {

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

std::span<const GtpCommand> handicap_commands() {
    static constexpr GtpCommand kRows[] = {
        {"fixed_handicap", fixed_handicap},
        {"place_free_handicap", place_free_handicap},
        {"set_free_handicap", set_free_handicap},
    };
    return kRows;
}

}  // namespace katago::gtp
