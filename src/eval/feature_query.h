// SPDX-License-Identifier: MIT
#pragma once

#include "eval/eval_options.h"
#include "game/history.h"

namespace katago {

// The position that a row is made of. `player` is the history's next player; the planes are of the board under
// `symmetry`.
struct FeatureQuery {
    const BoardHistory& history;
    Player player;
    const EvalOptions& options;
    int symmetry;
};

}  // namespace katago
