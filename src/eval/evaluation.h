// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "core/hash.h"

namespace katago {

// What a network says of a position, after all post-processing. Everything is from White's view; immutable once made
// and shared by the cache and the search tree.
struct Evaluation {
    Hash128 key;  // of the position and the options: the cache's key

    float white_win = 0, white_loss = 0, no_result = 0;              // probabilities
    float white_score_mean = 0, white_score_mean_sq = 0;             // points, points^2; no result counts as 0
    float white_lead = 0;                                            // points that would make the game even
    float var_time_left = -1;                                        // turns^2; -1 where the network does not say
    float shortterm_winloss_error = -1, shortterm_score_error = -1;  // likewise
    float policy_optimism = 0;                                       // that was mixed into the policy

    int width = 0, height = 0;  // of the board
    // [height * width + 1] probabilities by policy index (y * width + x, y from the top), the pass last; -1: illegal.
    std::vector<float> policy;
    // [height * width], -1 (Black) to 1 (White); empty where it was not asked for.
    std::vector<float> white_ownership;

    bool has_ownership() const { return !white_ownership.empty(); }
    int pass_index() const { return width * height; }
};

}  // namespace katago
