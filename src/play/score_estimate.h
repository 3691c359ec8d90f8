// SPDX-License-Identifier: MIT
#pragma once

#include "game/history.h"
#include "play/quiet_search.h"

namespace katago {

// Whether the game has come to an end whose score the rules alone can tell.
bool has_exact_result(const BoardHistory& history);

// White's points minus Black's in fair play from here, rounded to a possible result. Throws like QuietSearch::run().
double estimate_white_score(QuietSearch& search, const BoardHistory& history);

}  // namespace katago
