// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>

#include "command/gtp/gtp_session.h"

namespace katago {

// What one move of `player` may take altogether, from construction on: by the clock and maxTime. Immutable.
class MoveTimer {
  public:
    MoveTimer(GtpSession& session, Player player);

    double used_s() const;
    // Never negative; beyond any search where nothing limits the move.
    double left_s() const;

  private:
    const std::chrono::steady_clock::time_point begin_;
    const double longest_s_;
};

}  // namespace katago
