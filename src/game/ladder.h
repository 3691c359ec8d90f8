// SPDX-License-Identifier: MIT
#pragma once

#include "game/board.h"
#include "game/point.h"

namespace katago {

// The chains of one or two liberties that a ladder captures.
struct LadderScan {
    // All stones of such chains, of both colours.
    PointSet captured;
    // Attacking moves that work against captured chains of two liberties owned by Black, and by White.
    PointSet moves_against_black;
    PointSet moves_against_white;

    const PointSet& moves_against(Player owner) const {
        return owner == Color::Black ? moves_against_black : moves_against_white;
    }
};

// Reads every ladder on a board. Chains in atari are read with their owner to move, chains of two liberties with the
// attacker to move, whoever's turn it really is; only the board's own simple ko point counts.
LadderScan scan_ladders(const Board& board);

}  // namespace katago
