// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "eval/sgf_metadata.h"

namespace katago {

// How a position is to be shown to the network and its answer read. Source: KataGo's evaluation query.
struct EvalOptions {
    double draw_equivalent_wins_for_white = 0.5;  // 0 to 1
    bool conservative_pass_and_is_root = false;
    bool enable_passing_hacks = false;
    double playout_doubling_advantage = 0;  // -3 to 3, of the player to move
    double policy_temperature = 1;
    double policy_optimism = 0;  // 0 to 1
    int max_history = 1000;      // past moves that the network may see
    // 0 to 7; -1: drawn at random, or the default where the evaluator does not randomise. A transposition asked for is
    // carried out on every board; KataGo leaves it out where its buffer is not square (symmetry::for_frame does that).
    int symmetry = -1;
    bool include_ownership = false;
    bool skip_cache = false;  // do not look up; the result is stored all the same
    // Instead of the history's own mode.
    std::optional<bool> pass_alive_under_suicide;
    const SgfMetadata* metadata = nullptr;  // wanted by networks with a metadata encoder, else ignored
};

}  // namespace katago
