// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "command/gtp/gtp_session.h"

namespace katago {

// Makes it `player`'s turn and generates a move, which is not played; tells of the search on stderr and in the log as
// the settings want it. nullopt: cancelled. Throws ProtocolError where there is no legal move to be had.
std::optional<GeneratedMove> generate_move(GtpSession& session, Player player, const MoveRequest& request);

}  // namespace katago
