// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>

#include "game/history.h"
#include "play/move_timer.h"
#include "play/player_settings.h"
#include "play/quiet_search.h"

namespace katago {

// --- Passing where nothing is left to gain. Source: KataGo's friendlyPass, which looks at no clock. ---

// Whether the player to move may answer the opponent's pass by a pass, whatever move the search finds. To be asked
// before that search, which must leave time: pass_is_as_good() searches as well.
bool may_pass_friendly(const PlayerSettings& settings, const BoardHistory& history);

// The share of a move's time that its own search may take then.
constexpr double kTimeShareBeforePassing = 0.7;
// Fewer visits of a position say nothing, and pass_is_as_good() looks at so many positions.
constexpr int64_t kFewestPassingVisits = 8;
constexpr int64_t kPassingPositions = 3;
// What it spends on each after searches for moves with such limits.
int64_t visits_for_passing(const SearchParams& params);

// A player to move who thinks of passing.
struct PassCase {
    const BoardHistory& history;
    PhaseAdvance advance = PhaseAdvance::Prevented;
    int64_t visits = kFewestPassingVisits;  // for each position
};

// Whether a pass loses nothing against `move`. Gives each position its share of the time that is left then; too little:
// false. Throws like QuietSearch::run().
bool pass_is_as_good(const PassCase& now, Point move, QuietSearch& search, const MoveTimer& timer);

// --- Capturing before a pass ---

// A capture of dead stones for the player to move, instead of `move` where that is a pass. Source: KataGo's
// cleanupBeforePass.
std::optional<Point> cleanup_move(const PlayerSettings& settings, const BoardHistory& history, Point move);

}  // namespace katago
