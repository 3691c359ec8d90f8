// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "command/gtp/gtp_session.h"
#include "command/gtp/move_timer.h"

namespace katago {

// Whether passes_friendly() may have to search, whatever the move. Before the move's own search: it must leave time.
bool may_pass_friendly(const GtpSession& session);
// The share of a move's time that its own search may take then.
constexpr double kTimeShareBeforePassing = 0.7;

// The time that is left for a move, and what its search says of how long a visit takes.
struct PassingTime {
    const MoveTimer& timer;
    double seconds_per_visit = 0;
};

// Whether to answer the opponent's pass by a pass instead of `move` because nothing is left to gain. May search, within
// the time that is left (too little: no pass), and then puts the session's search back to the game's position without
// a tree. Source: KataGo's friendlyPass, which looks at no clock.
bool passes_friendly(GtpSession& session, Point move, Player player, const PassingTime& time);

// A move that captures dead stones, to be played instead of a pass. Source: KataGo's cleanupBeforePass.
std::optional<Point> cleanup_move(GtpSession& session, Point move, Player player);

}  // namespace katago
