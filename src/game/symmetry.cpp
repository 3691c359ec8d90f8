// SPDX-License-Identifier: MIT
#include "game/symmetry.h"

namespace katago::symmetry {

Board map_board(const Board& board, int symmetry) {
    return board.mapped(size_after(board.size(), symmetry),
                        [&](Point point) { return map_point(point, board.size(), symmetry); });
}

}  // namespace katago::symmetry
