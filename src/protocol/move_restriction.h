// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <vector>

#include "game/point.h"

namespace katago {

// Moves that one player may not play near the root: some that are left out, or some that alone are allowed.
struct MoveRestriction {
    // By policy index of the board, the pass last: depth below the root up to which the move is left out; empty: none.
    std::vector<int> avoid_until;
    // Only these, down to allow_until.
    std::vector<Point> allowed;
    int allow_until = 0;  // 0: no such restriction

    // Leaves these out down to `until`, or to a greater depth that was asked for before.
    void avoid(std::span<const Point> points, int until, BoardSize board);
    void allow_only(std::vector<Point> points, int until);
};

}  // namespace katago
