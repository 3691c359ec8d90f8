// SPDX-License-Identifier: MIT
#pragma once

#include "eval/feature_query.h"
#include "game/point.h"

namespace katago {

// Which part of a position a network's inputs show: the areas, and how much of the past.

// Moves of the past that have planes of their own.
inline constexpr int kShownMoves = 5;

// The area features: whose points they are, and how the game would end for the player if it were stopped here.
struct AreaFeatures {
    bool shown = false;
    bool not_winning = false;
    PointColors owner;
};

// How much of the past is shown.
struct HistoryWindow {
    int moves = 0;
    bool hide_pass_end = false;
};

// The area as the rules would score it: versions 6 and 7.
void find_scored_area(const FeatureQuery& query, AreaFeatures& area);
// Pass-alive areas, or with `whole` everybody's area: versions 3 and 4.
void find_old_area(const FeatureQuery& query, bool whole, AreaFeatures& area);

// Versions 6 and 7; `valid_turns` bounds the window besides.
HistoryWindow find_window(const FeatureQuery& query, const AreaFeatures& area, int valid_turns);
// Versions 3 to 5.
HistoryWindow find_old_window(const FeatureQuery& query);

}  // namespace katago
