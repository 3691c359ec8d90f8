// SPDX-License-Identifier: MIT
#pragma once

#include <utility>

#include "game/board.h"
#include "game/point.h"

namespace katago {

// The eight symmetries, KataGo's numbering: bit 0 flips top to bottom, bit 1 left to right, then bit 2 transposes.
namespace symmetry {

inline constexpr int kCount = 8;
inline constexpr int kIdentity = 0;

constexpr bool flips_y(int symmetry) {
    return (symmetry & 1) != 0;
}
constexpr bool flips_x(int symmetry) {
    return (symmetry & 2) != 0;
}
constexpr bool transposes(int symmetry) {
    return (symmetry & 4) != 0;
}

// Undoes `symmetry`.
constexpr int inverse(int symmetry) {
    return symmetry == 5 ? 6 : symmetry == 6 ? 5 : symmetry;
}

// First `first`, then `second`.
constexpr int compose(int first, int second) {
    const int exchanged = (second & 4) | ((second & 1) << 1) | ((second & 2) >> 1);
    return first ^ (transposes(first) ? exchanged : second);
}

// Size of a board after the symmetry.
constexpr BoardSize size_after(BoardSize size, int symmetry) {
    return transposes(symmetry) ? BoardSize{size.height, size.width} : size;
}

// Where (x, y) of a board of this size goes on a board of size_after().
constexpr std::pair<int, int> map_xy(int x, int y, BoardSize size, int symmetry) {
    const int x1 = flips_x(symmetry) ? size.width - 1 - x : x;
    const int y1 = flips_y(symmetry) ? size.height - 1 - y : y;
    return transposes(symmetry) ? std::pair{y1, x1} : std::pair{x1, y1};
}

// The same for a point of a board; pass and null stay.
constexpr Point map_point(Point point, BoardSize size, int symmetry) {
    if (point == kPass || point == kNullPoint) return point;
    const auto [x, y] = map_xy(x_of(point), y_of(point), size, symmetry);
    return point_at(x, y);
}

// What a symmetry means for a tensor of this frame: the transposition is left out where the frame is not square.
constexpr int for_frame(int symmetry, BoardSize frame) {
    return frame.width == frame.height ? symmetry : symmetry & 3;
}

// Where the value at policy index `index` (y * width + x) of a frame goes; the pass stays. The whole frame is turned,
// so that a smaller board moves to another corner of it.
constexpr int map_policy_index(int index, BoardSize frame, int symmetry) {
    if (index == frame.area()) return index;
    const auto [x, y] = map_xy(index % frame.width, index / frame.width, frame, for_frame(symmetry, frame));
    return y * frame.width + x;
}

// The board turned; captures and ko point go with it.
Board map_board(const Board& board, int symmetry);

}  // namespace symmetry

}  // namespace katago
