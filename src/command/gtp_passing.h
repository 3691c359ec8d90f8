// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "command/gtp_session.h"

namespace katago {

// Whether to answer the opponent's pass by a pass instead of `move` because nothing is left to gain. May search, and
// then puts the session's search back to the game's position without a tree. Source: KataGo's friendlyPass.
bool passes_friendly(GtpSession& session, Point move, Player player);

// A move that captures dead stones, to be played instead of a pass. Source: KataGo's cleanupBeforePass.
std::optional<Point> cleanup_move(GtpSession& session, Point move, Player player);

}  // namespace katago
