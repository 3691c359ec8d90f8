// SPDX-License-Identifier: MIT
#pragma once

#include <array>

#include "core/hash.h"
#include "game/point.h"

namespace katago {

// The random values that position and state hashes are sums of, KataGo's own, so that visible hashes agree.
// Built at first use; immutable, thread-safe.
class Zobrist {
  public:
    static const Zobrist& tables();

    // A point's index depends on the width of the board.
    static constexpr int index(Point point, int width) { return (x_of(point) + 1) + (y_of(point) + 1) * (width + 1); }

    // The value of a stone that stands at `point`.
    static const Hash128& stone_hash(Point point, Color color, int width) {
        return tables().stone[index(point, width)][color];
    }

    // A value per colour; zero for Empty and Wall.
    struct ByColor {
        std::array<Hash128, 4> values{};

        constexpr Hash128& operator[](Color color) { return values[static_cast<size_t>(color)]; }
        constexpr const Hash128& operator[](Color color) const { return values[static_cast<size_t>(color)]; }
    };

    ByColor player;
    std::array<Hash128, 3> encore;
    std::array<ByColor, kBoardCells> stone;
    std::array<ByColor, kBoardCells> ko_mark;
    std::array<Hash128, kBoardCells> ko_point;
    std::array<ByColor, kBoardCells> second_encore_start;
    std::array<Hash128, kMaxBoardLength + 1> width;
    std::array<Hash128, kMaxBoardLength + 1> height;

  private:
    Zobrist();
};

}  // namespace katago
