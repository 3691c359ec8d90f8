// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "core/hash.h"
#include "eval/eval_options.h"
#include "game/board.h"
#include "game/history.h"
#include "game/ladder.h"

namespace katago {

// Channels of the input rows of an input version, 3 to 7.
struct RowChannels {
    int spatial = 0, global = 0;
};
RowChannels row_channels(int input_version);

// The position that a row is made of. `player` is the history's next player; `symmetry` turns the planes.
struct FeatureQuery {
    const BoardHistory& history;
    Player player;
    const EvalOptions& options;
    int symmetry;
};

// Ladder readings by position: each board is shown to the network up to three times, as the current one and as the past
// of its followers. One thread at a time.
class LadderMemory {
  public:
    LadderMemory();

    // What scan_ladders(board) says. Valid until the next call.
    const LadderScan& scan(const Board& board);

  private:
    struct Entry {
        Hash128 position;
        Point ko_point = kNullPoint;
        LadderScan scan;
    };
    std::vector<Entry> entries_;  // direct-mapped
};

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
