// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "command/gtp/gtp_session.h"
#include "search/report.h"

namespace katago {

// What a short search without noise or ambition says of a position.
struct Judgement {
    NodeValues values;
    Ownership ownership;
};

// Searches `history` with `visits` visits, or as many as `seconds` allow, two at least. Takes the session's search for
// it, which loses its tree; the caller gives it back with GtpSession::restore_search(). Throws ProtocolError if nothing
// could be evaluated.
Judgement judge(GtpSession& session, const BoardHistory& history, int64_t visits,
                double seconds = SearchParams::kUnlimitedTime);

// Stones whose chain is dead by this ownership (White's view, row by row from the top).
std::vector<Point> dead_stones(const Board& board, const Ownership& ownership);

// Whether the game has come to an end whose score the rules alone can tell.
bool has_exact_result(const BoardHistory& history);

// White's points minus Black's in fair play from here, rounded to a possible result. Takes the search like judge().
double estimate_white_score(GtpSession& session, const BoardHistory& history);

}  // namespace katago
