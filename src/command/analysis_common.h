// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "game/history.h"
#include "protocol/gtp_analysis.h"
#include "search/report.h"
#include "search/search.h"

namespace katago {

// What the analysis commands of GTP and the analysis engine do alike.

// Whose view reports take.
enum class Perspective { Black, White, SideToMove };

// BLACK, B, WHITE, W or SIDETOMOVE, in any case.
std::optional<Perspective> parse_perspective(std::string_view text);

// The player whose values are shown where `player` is to move; `winrates_as` is a valid reportAnalysisWinratesAs.
Player player_shown(std::string_view winrates_as, Player player);

// Leaves moves out of a search; `restrictions` are Black's and White's.
void restrict_moves(Search& search, const std::array<MoveRestriction, 2>& restrictions);

// Where the cleanup phases of territory scoring are never entered: ends each variation that would enter one with the
// pass that does. Nothing to do under area scoring.
void cut_variations_at_phase_end(const BoardHistory& start, Report& report);

}  // namespace katago
