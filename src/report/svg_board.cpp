// SPDX-License-Identifier: MIT
#include "report/svg_board.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "core/text.h"
#include "report/svg_plot.h"

namespace katago {

namespace {

constexpr double kCell = 20, kEdge = 24;  // of a point; around the outermost lines
constexpr double kLeastHeat = 0.004;      // a policy below it is not drawn
constexpr size_t kNumbered = 5;

double center(int line) {
    return kEdge + kCell * line;
}

std::string circle(const char* kind, double x, double y, double radius) {
    return "<circle class=\"" + std::string(kind) + "\" cx=\"" + coordinate(x) + "\" cy=\"" + coordinate(y) +
           "\" r=\"" + coordinate(radius) + "\"/>";
}

// The marked lines of a side, from 0.
std::vector<int> star_lines(int length) {
    if (length < 7) return {};
    const int first = length < 13 ? 2 : 3;
    std::vector<int> lines = {first, length - 1 - first};
    if (length % 2 == 1) lines.push_back(length / 2);
    return lines;
}

std::string empty_board(BoardSize size) {
    const double right = center(size.width - 1), bottom = center(size.height - 1);
    std::string path;
    for (int x = 0; x < size.width; ++x)
        path += "M" + coordinate(center(x)) + " " + coordinate(kEdge) + "V" + coordinate(bottom);
    for (int y = 0; y < size.height; ++y)
        path += "M" + coordinate(kEdge) + " " + coordinate(center(y)) + "H" + coordinate(right);
    std::string text = "<rect class=\"wood\" width=\"" + coordinate(right + kEdge) + "\" height=\"" +
                       coordinate(bottom + kEdge) + "\" rx=\"4\"/><path class=\"lines\" d=\"" + path + "\"/>";
    for (const int x : star_lines(size.width))
        for (const int y : star_lines(size.height)) text += circle("star", center(x), center(y), 2.2);
    for (int x = 0; x < size.width; ++x)
        text += "<text class=\"coord\" x=\"" + coordinate(center(x)) + "\" y=\"9.5\">" +
                vertex_text(point_at(x, size.height - 1), size).substr(0, 1) + "</text>";
    for (int y = 0; y < size.height; ++y)
        text += "<text class=\"coord\" x=\"6.5\" y=\"" + coordinate(center(y) + 3) + "\">" +
                std::to_string(size.height - y) + "</text>";
    return text;
}

std::string stones(const BoardHistory& history) {
    const Board& board = history.board();
    const Point last = history.moves().empty() ? kPass : history.moves().back().point;
    std::string text;
    for (int y = 0; y < board.height(); ++y) {
        for (int x = 0; x < board.width(); ++x) {
            const Point point = point_at(x, y);
            const Color color = board.color(point);
            if (color == Color::Empty) continue;
            text += circle(color == Color::Black ? "black" : "white", center(x), center(y), 9.2);
            if (point == last)
                text += circle(color == Color::Black ? "last onblack" : "last onwhite", center(x), center(y), 4.2);
        }
    }
    return text;
}

std::string heat(const Evaluation& evaluation, BoardSize size) {
    std::vector<size_t> order(static_cast<size_t>(evaluation.pass_index()));
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return evaluation.policy[a] > evaluation.policy[b]; });
    const double most = std::max(1e-6, double{*std::max_element(evaluation.policy.begin(), evaluation.policy.end())});
    std::string text;
    for (size_t rank = 0; rank < order.size(); ++rank) {
        const double p = double{evaluation.policy[order[rank]]};
        if (p < kLeastHeat) break;
        const int x = static_cast<int>(order[rank]) % size.width, y = static_cast<int>(order[rank]) / size.width;
        const std::string words =
            vertex_text(point_at(x, y), size) + ": " + fixed_number(100 * p, p < 0.1 ? 2 : 1) + " %";
        // The root spreads the small ones, which would all look alike.
        text += "<rect class=\"heat\" x=\"" + coordinate(center(x) - kCell / 2) + "\" y=\"" +
                coordinate(center(y) - kCell / 2) + "\" width=\"20\" height=\"20\" fill-opacity=\"" +
                fixed_number(0.12 + 0.83 * std::sqrt(p / most), 2) + "\" data-tip=\"" + escaped(words) + "\"/>";
        if (rank >= kNumbered) continue;
        text += "<text class=\"share\" x=\"" + coordinate(center(x)) + "\" y=\"" + coordinate(center(y) + 3.6) + "\">" +
                fixed_number(100 * p, p < 0.0995 ? 1 : 0) + "</text>";
    }
    return text;
}

}  // namespace

std::string board_svg(const BoardHistory& history, const Evaluation& evaluation) {
    const BoardSize size = history.board().size();
    const double width = center(size.width - 1) + kEdge, height = center(size.height - 1) + kEdge;
    return "<svg class=\"board\" viewBox=\"0 0 " + coordinate(width) + " " + coordinate(height) +
           "\" role=\"img\" aria-label=\"Board with the policy\">" + empty_board(size) + stones(history) +
           heat(evaluation, size) + "</svg>\n";
}

}  // namespace katago
