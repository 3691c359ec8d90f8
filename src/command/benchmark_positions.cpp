// SPDX-License-Identifier: MIT
#include "command/benchmark_positions.h"

#include <array>
#include <string>
#include <string_view>

#include "core/error.h"
#include "game/point.h"

namespace katago {

namespace {

constexpr int kMinLength = 7;

// Moves of one game in turn, Black first.
struct BuiltInGame {
    int length;
    float komi;
    std::string_view moves;
};

constexpr std::array kGames = {
    BuiltInGame{9, 7.0f, "E5 C5"},
    BuiltInGame{13, 7.5f, "D4 K10"},
    BuiltInGame{19, 7.5f, "Q16 D4"},
};

const BuiltInGame& game_for(int length) {
    for (const BuiltInGame& game : kGames)
        if (game.length >= length) return game;
    throw UsageError("getBenchmarkSGFData: unsupported board size: " + std::to_string(length));
}

std::vector<Point> moves_of(const BuiltInGame& game, BoardSize board) {
    std::vector<Point> points;
    std::string_view rest = game.moves;
    while (!rest.empty()) {
        const size_t end = rest.find(' ');
        if (const std::optional<Point> point = parse_vertex(rest.substr(0, end), board)) points.push_back(*point);
        rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    }
    return points;
}

}  // namespace

std::vector<BoardHistory> benchmark_positions(int board_length, int count) {
    if (board_length < kMinLength)
        throw UsageError("getBenchmarkSGFData: unsupported board size: " + std::to_string(board_length));
    const BuiltInGame& game = game_for(board_length);
    const BoardSize size{board_length, board_length};
    Rules rules;
    rules.komi = game.komi;
    std::vector<BoardHistory> games{BoardHistory(Board(size), Color::Black, rules)};
    for (const Point point : moves_of(game, size)) {
        BoardHistory next = games.back();
        if (!next.is_legal(point, next.next_player())) continue;
        next.make_move(point, next.next_player());
        games.push_back(std::move(next));
    }
    std::vector<BoardHistory> positions;
    for (int i = 0; i < count; ++i)
        positions.push_back(games[static_cast<size_t>(i) * games.size() / static_cast<size_t>(count)]);
    return positions;
}

}  // namespace katago
