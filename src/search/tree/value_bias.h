// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>

#include "core/hash.h"
#include "core/thread.h"
#include "game/history.h"
#include "search/tree/stable_map.h"

namespace katago {

// What searches have found wrong with the network's utility after the same local moves: a weighted sum over nodes.
// Thread-safe, without a lock.
class ValueBiasEntry {
  public:
    // Replaces a node's share, and returns the mean error of all shares, 0 while there is next to nothing.
    double update(double old_delta, double old_weight, double new_delta, double new_weight);
    double mean() const;

    std::atomic<int32_t> users{0};  // nodes that refer to it

  private:
    // Each is exact; the two together may come from moments a little apart.
    std::atomic<double> delta_{0};
    std::atomic<double> weight_{0};
};

// A node's share in an entry: written by the one thread that recomputes the node.
struct ValueBiasShare {
    ValueBiasEntry* entry = nullptr;  // null: the node takes no part
    double delta = 0;
    double weight = 0;

    // Takes `proportion` of the share back, and leaves the entry.
    void release(double proportion);
};

// The entries by the last two moves and the stones around the last one. Source: KataGo's subtree value bias correction.
class ValueBiasTable {
  public:
    // The entry for the position at the end of `history`, with one user more; null after a pass or less than two moves.
    // Thread-safe.
    ValueBiasEntry* enter(const BoardHistory& history);
    // Neither is thread-safe.
    void drop_unused();
    void clear();

  private:
    struct Shard {
        std::mutex mutex;
        StableMap<ValueBiasEntry> entries GUARDED_BY(mutex);
    };
    std::array<Shard, 64> shards_;
};

}  // namespace katago
