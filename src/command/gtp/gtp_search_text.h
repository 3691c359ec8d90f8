// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>

#include "command/gtp/gtp_session.h"

namespace katago {

// What a session's search has found in words, for the log and for people.

std::string board_text(const BoardHistory& history);
// The root, then its best moves, of these the ones whose variation begins with `branch`.
std::string tree_text(GtpSession& session, std::span<const Point> branch);
// The search that `result` came of. `move` is marked on the board where it is a free point.
std::string search_dump(GtpSession& session, Point move, const SearchResult& result);
// What the search knows of one move and what would follow.
std::string move_dump(GtpSession& session, Point move);

}  // namespace katago
