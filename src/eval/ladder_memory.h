// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "core/hash.h"
#include "game/board.h"
#include "game/ladder.h"

namespace katago {

// Ladder readings by position: each board is shown to the network up to three times, as the current one and as the past
// of its followers. One thread at a time.
class LadderMemory {
  public:
    LadderMemory();

    // What scan_ladders(board) says. Valid until the next call.
    const LadderScan& scan(const Board& board);

  private:
    struct Entry {
        Hash128 position;
        Point ko_point = kNullPoint;
        LadderScan scan;
    };
    std::vector<Entry> entries_;  // direct-mapped
};

}  // namespace katago
