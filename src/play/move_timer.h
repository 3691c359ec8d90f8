// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>

#include "game/board.h"
#include "search/params.h"
#include "search/run/time_control.h"

namespace katago {

// What one move may take altogether, from construction on: by its player's clock and maxTime. Immutable.
class MoveTimer {
  public:
    MoveTimer(const SearchParams& params, const TimeControl& clock, const Board& board);

    double used_s() const;
    // Never negative; beyond any search where nothing limits the move.
    double left_s() const;

  private:
    const std::chrono::steady_clock::time_point begin_;
    const double longest_s_;
};

}  // namespace katago
