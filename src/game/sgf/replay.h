// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "core/error.h"
#include "game/board.h"
#include "game/sgf.h"

namespace katago {

// The board before the first move. Throws ProtocolError for stones without liberties.
Board sgf_start(const SgfGame& game);
// The error about a move that cannot be played.
ProtocolError illegal_sgf_move(const SgfGame& game, size_t move);

}  // namespace katago
