// SPDX-License-Identifier: MIT
#include "game/ladder.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

#include "game/recipe.h"
#include "golden.h"

using namespace katago;
using nlohmann::json;

namespace {

Board board_with(BoardSize size, std::initializer_list<std::pair<Color, const char*>> stones) {
    Board board(size);
    for (const auto& [color, vertex] : stones) board.play(*parse_vertex(vertex, size), color);
    return board;
}

constexpr BoardSize kNineByNine{9, 9};

// Points as the reference lists them, in a frame of 19x19.
std::set<int> indices_of(const PointSet& points) {
    std::set<int> indices;
    for (Point point = 0; point < kBoardCells; point++)
        if (points[point]) indices.insert(policy_index(point, {}));
    return indices;
}

}  // namespace

TEST_CASE("ladder: a stone with two liberties is caught by the one working move") {
    const Board board = board_with(
        kNineByNine, {{Color::Black, "C8"}, {Color::Black, "D8"}, {Color::Black, "B7"}, {Color::White, "C7"}});
    const LadderScan scan = scan_ladders(board);
    const Point target = *parse_vertex("C7", kNineByNine);
    CHECK(scan.captured.count() == 1);
    CHECK(scan.captured[target]);
    CHECK(scan.moves_against(Color::White).count() == 1);
    CHECK(scan.moves_against(Color::White)[*parse_vertex("C6", kNineByNine)]);
    CHECK(scan.moves_against(Color::Black).none());
}

TEST_CASE("ladder: a ladder breaker saves the stone") {
    const Board board = board_with(
        kNineByNine,
        {{Color::Black, "C8"}, {Color::Black, "D8"}, {Color::Black, "B7"}, {Color::White, "C7"}, {Color::White, "G3"}});
    CHECK(scan_ladders(board).captured.none());
}

TEST_CASE("ladder: a chain in atari that can only run along the edge is caught") {
    const Board board = board_with(kNineByNine, {{Color::White, "A5"},
                                                 {Color::Black, "A6"},
                                                 {Color::Black, "B5"},
                                                 {Color::Black, "B4"},
                                                 {Color::Black, "B3"},
                                                 {Color::Black, "B2"},
                                                 {Color::Black, "B1"}});
    const LadderScan scan = scan_ladders(board);
    CHECK(scan.captured[*parse_vertex("A5", kNineByNine)]);
    CHECK(scan.moves_against_white.none());
}

TEST_CASE("ladder: every ladder of the reference's positions is read alike") {
    const auto file = golden::find("nn-inputs/positions.jsonl.gz");
    if (file.empty()) return;
    int positions = 0;
    int mismatches = 0;
    golden::for_each_row(file, [&](const json& row) {
        positions++;
        const BoardHistory history = recipe::game_of(row);
        const LadderScan scan = scan_ladders(history.board());
        const auto& planes = row.at("planes19");
        const auto captured = planes.at(14).get<std::set<int>>();
        const auto moves = planes.at(17).get<std::set<int>>();
        const auto our_moves = indices_of(scan.moves_against(opponent(history.next_player())));
        if (indices_of(scan.captured) == captured && our_moves == moves) return;
        if (mismatches++ < 5) MESSAGE(row.at("id") << ": ladders differ");
    });
    CHECK(positions == 564);
    CHECK(mismatches == 0);
}
