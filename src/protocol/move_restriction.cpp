// SPDX-License-Identifier: MIT
#include "protocol/move_restriction.h"

#include <algorithm>
#include <utility>

namespace katago {

void MoveRestriction::avoid(std::span<const Point> points, int until, BoardSize board) {
    avoid_until.resize(static_cast<size_t>(board.area()) + 1);
    for (const Point point : points) {
        int& depth = avoid_until[static_cast<size_t>(policy_index(point, board))];
        depth = std::max(depth, until);
    }
}

void MoveRestriction::allow_only(std::vector<Point> points, int until) {
    allowed = std::move(points);
    allow_until = until;
}

}  // namespace katago
