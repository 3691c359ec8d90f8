// SPDX-License-Identifier: MIT
#include "engine/benchmark_positions.h"

#include <array>
#include <string>
#include <string_view>

#include "core/error.h"
#include "game/point.h"
#include "game/sgf.h"

namespace katago {

namespace {

constexpr int kMinLength = 7;

// Moves of one game in turn, Black first: games of this engine against itself.
struct BuiltInGame {
    int length;
    float komi;
    std::string_view moves;
};

constexpr std::array kGames = {
    BuiltInGame{9, 7.0f,
                "F5 D5 E7 D7 D8 E6 C7 F6 E3 F4 D6 F3 E5 E4 G5 C6 D7 C4 H3 H5 G4 G6 F2 G3 H4 G2 H6 B6 H2 H7 G1 D4 "
                "J5 F8 F7 G7 E8 G9 H8 J8 H9 B7 B8 C9 B9 A8 J6 G8 J7 J9"},
    BuiltInGame{13, 7.5f,
                "K10 D4 K4 D10 C11 C10 D11 E10 F11 L3 L4 K3 J4 H3 F10 E11 E12 F12 G12 D12 F13 C12 B11 B12 C3 C4 "
                "D3 F3 J3 J2 K2 L2 H2 K1 G3 E3 H4 G5 E9 D8 F7 E6 H6 L11 L10 M10 M9 M12 K12 K11 J12 L12 N10 N11 "
                "M11 E8 E7 D7 F8 M10 N9 L9 M8 L7 L8 G6 G7 K9 J10 H5 J5 K8 M7 J11 H10 H11 H12 G9 F9 G10 D9 M11 B10 "
                "B8 K7 J9 J8 H9 C8 C7 C9 B3 B2 B4 E5 F6 D6 C6 H1 J1 E2 F2 F4 D5 M4 M3 D2 F1 G4 E1"},
    BuiltInGame{19, 7.5f,
                "R16 Q3 C4 D17 P16 D15 Q4 R4 R5 R3 E4 P4 R9 N17 L17 Q17 P17 P18 Q16 R18 R17 Q18 N16 O17 M16 Q10 "
                "Q9 P10 M18 S17 S16 S18 Q5 R10 C13 P9 Q7 C11 C9 D13 C16 C14 C12 D12 B14 B11 D16 E16 C17 E18 D18 "
                "E17 C15 D14 B13 C18 B18 D19 B19 D10 M3 O3 J3 C5 D5 C6 B4 E7 D7 D6 E6 D8 C7 F6 E5 C8 B7 B8 F7 E8 "
                "B6 N14 O16 J4 H4 K3 K4 J5 K5 J6 H3 K6 M5 L14 M7 L8 G6 M8 J16 J15 K15 K14 H15 J14 H17 G8 N2 H14 "
                "O13 O2 G15 G14 N13 M13 N11 M12 O11 P8 P7 O14 Q12 Q14 R13 P13 P12 Q8 R8 S10 Q13 P14 S12 M10 H7 G7 "
                "H6 H8 J7 L6 S5 S4 S7 J8 F15 G18 G17 H18 J18 O7 O6 N7 O1 P1 N1 N3 L2 M4 N4 M2 M1 Q2 H19 F19 F17 "
                "F18 F5 N18 S9 N6 A8 A9 A7 P6 Q6 M6 L4 L15 K16 M17 N19 O18 L18 S15 S14 R15 T15 T17 T16 K7 P5 O4 "
                "C19 E15 F14 F13 D18 F16 G16 C18 M11 L11"},
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

std::vector<BoardHistory> spread(const std::vector<BoardHistory>& game, int count) {
    std::vector<BoardHistory> positions;
    for (int i = 0; i < count; ++i)
        positions.push_back(game[static_cast<size_t>(i) * game.size() / static_cast<size_t>(count)]);
    return positions;
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
    return spread(games, count);
}

std::vector<BoardHistory> benchmark_positions_of(const std::filesystem::path& sgf, int count,
                                                 std::vector<std::string>& warnings) {
    const SgfGame game = load_sgf_game(sgf);
    warnings.insert(warnings.end(), game.warnings.begin(), game.warnings.end());
    const Rules rules = game.rules_or(Rules{});
    std::vector<BoardHistory> positions;
    for (size_t moves = 0; moves <= game.moves.size(); ++moves) positions.push_back(replay(game, rules, moves));
    return spread(positions, count);
}

}  // namespace katago
