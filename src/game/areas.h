// SPDX-License-Identifier: MIT
#pragma once

#include "game/board.h"
#include "game/point.h"

namespace katago {

// What counts as a player's area beyond pass-alive stones and the regions they enclose.
struct AreaOptions {
    // Stones that are neither pass-alive nor inside the opponent's pass-alive area.
    bool non_pass_alive_stones = false;
    // Empty regions bordered by pass-alive stones only, however big.
    bool safe_big_regions = false;
    // Empty regions bordered by any stones of one colour.
    bool unsafe_big_regions = false;
    // Pass-aliveness under rules that allow suicide of several stones.
    bool suicide = false;
};

// Benson's pass-alive area and what `options` adds: the owner of every point, Empty where nobody's.
void find_area(const Board& board, AreaOptions options, PointColors& owner);

struct LifeOptions {
    // Surrounded points and captured stones count even in a seki.
    bool keep_territories = false;
    // Stones count even in a seki.
    bool keep_stones = false;
    bool suicide = false;
};

// The full area without what is in seki. Returns White's independently living regions minus Black's: under tax ALL each
// costs its owner two points.
int find_independent_life(const Board& board, LifeOptions options, PointColors& owner);

// White's points minus Black's.
int white_minus_black(const PointColors& owner);

}  // namespace katago
