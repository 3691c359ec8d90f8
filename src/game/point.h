// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace katago {

// What a cell of the board holds. Wall cells surround the board, so that looking at a neighbour needs no range check.
enum class Color : uint8_t { Empty = 0, Black = 1, White = 2, Wall = 3 };

// A Color used where only Black and White make sense.
using Player = Color;

constexpr Player opponent(Player player) {
    return player == Color::Black ? Color::White : Color::Black;
}

inline constexpr int kMaxBoardLength = 19;
inline constexpr int kMinBoardLength = 2;
inline constexpr int kMaxBoardArea = kMaxBoardLength * kMaxBoardLength;
// Entries of the network's policy for the largest board: the points and the pass.
inline constexpr int kMaxPolicySize = kMaxBoardArea + 1;

// A cell of a board with a border one cell wide, numbered row by row with the same stride for every board size:
// (x + 1) + (y + 1) * kStride, x from the left and y from the top, both from 0. The first row of the border lends two
// of its cells to "no point" and "pass". Points of different board sizes can be compared; each array over points has
// kBoardCells entries.
using Point = int16_t;

inline constexpr int kStride = kMaxBoardLength + 1;
inline constexpr int kBoardCells = kStride * (kMaxBoardLength + 2) + 1;
inline constexpr Point kNullPoint = 0;
inline constexpr Point kPass = 1;
// Steps to the neighbours: up, left, right, down.
inline constexpr std::array<Point, 4> kNeighborSteps = {-kStride, -1, 1, kStride};

constexpr Point point_at(int x, int y) {
    return static_cast<Point>((x + 1) + (y + 1) * kStride);
}
// Only for points on a board.
constexpr int x_of(Point point) {
    return point % kStride - 1;
}
constexpr int y_of(Point point) {
    return point / kStride - 1;
}

// A set of points, and a colour per point (Empty: nobody's).
using PointSet = std::bitset<kBoardCells>;
using PointColors = std::array<Color, kBoardCells>;

// Columns and rows. Both are from 1 to kMaxBoardLength; users may ask for kMinBoardLength and more.
struct BoardSize {
    int width = kMaxBoardLength;
    int height = kMaxBoardLength;

    constexpr bool operator==(const BoardSize&) const = default;
    constexpr int area() const { return width * height; }
    constexpr bool contains(int x, int y) const { return x >= 0 && x < width && y >= 0 && y < height; }
    constexpr bool contains(Point point) const {
        return point >= kStride && point < kBoardCells && contains(x_of(point), y_of(point));
    }
};

// Index of a point, or of the pass, in the policy of a frame (a network's buffer) of the given size:
// y * width + x; the pass is width * height.
constexpr int policy_index(Point point, BoardSize frame) {
    return point == kPass ? frame.area() : y_of(point) * frame.width + x_of(point);
}
// The inverse; kNullPoint for an index outside the board (padding of the frame).
constexpr Point point_of_policy_index(int index, BoardSize frame, BoardSize board) {
    if (index == frame.area()) return kPass;
    if (index < 0 || index > frame.area()) return kNullPoint;
    const int x = index % frame.width;
    const int y = index / frame.width;
    return board.contains(x, y) ? point_at(x, y) : kNullPoint;
}

// The GTP vertex: column letters without I, row counted from the bottom; "pass", "null".
std::string vertex_text(Point point, BoardSize board);

// Reads a vertex, whatever its case and surrounding white space; "pass" or "pss" is kPass. Also accepts the machine
// form
// "(x,y)", where a point outside the board is kNullPoint (a well-formed vertex that is no legal move).
// nullopt: not a vertex of this board.
std::optional<Point> parse_vertex(std::string_view text, BoardSize board);

// "b", "black", "w", "white" in any case; nullopt otherwise.
std::optional<Player> parse_player(std::string_view text);

// "B", "W" or "E"; "Black", "White" or "Empty".
std::string_view short_name(Color color);
std::string_view long_name(Color color);

}  // namespace katago
