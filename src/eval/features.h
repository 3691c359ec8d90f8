// SPDX-License-Identifier: MIT
#pragma once

#include "eval/feature_query.h"
#include "eval/ladder_memory.h"

namespace katago {

// Channels of the input rows of an input version, 3 to 7.
struct RowChannels {
    int spatial = 0, global = 0;
};
RowChannels row_channels(int input_version);

// Writes the input rows of a position, all values; source: KataGo's network inputs. Allocates nothing.
//   spatial   [H, W, row_channels().spatial], H and W exchanged where the symmetry transposes
//   global    [row_channels().global]
// Moves and stones are called the player's own or the opponent's.
void fill_inputs_v7(const FeatureQuery& query, LadderMemory& ladders, float* spatial, float* global);
void fill_inputs_v6(const FeatureQuery& query, LadderMemory& ladders, float* spatial, float* global);
void fill_inputs_v5(const FeatureQuery& query, float* spatial, float* global);
void fill_inputs_v4(const FeatureQuery& query, LadderMemory& ladders, float* spatial, float* global);
void fill_inputs_v3(const FeatureQuery& query, LadderMemory& ladders, float* spatial, float* global);

// The function of the input version.
void fill_inputs(int input_version, const FeatureQuery& query, LadderMemory& ladders, float* spatial, float* global);

}  // namespace katago
