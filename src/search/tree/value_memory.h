// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "core/hash.h"
#include "core/thread.h"
#include "game/point.h"
#include "search/params.h"

namespace katago {

class Tree;
class TreeNode;
struct NodeStats;

// What large searches have found out about a position. White's view; immutable once stored.
struct RememberedValues {
    double win_loss = 0, no_result = 0, score_mean = 0, lead = 0;
    double weight = 0;  // in visits; 0: only the moves are known
    struct FirstMove {
        Point move = kNullPoint;
        double win_loss = 0, score_mean = 0;
        double weight = 0;
    };
    std::vector<FirstMove> moves;

    // How much of a node's values is replaced, where the node itself has had `visits`.
    double share(double visits, int64_t min_visits) const;
    // Draws averages, but for their utility, towards what is remembered; returns the share.
    double blend_into(NodeStats& stats, double visits, int64_t min_visits) const;
};

// Values of well-searched positions, which outlive the tree: KataGo's eval cache. Thread-safe, and may be shared by
// searches of the same network.
class ValueMemory {
  public:
    std::shared_ptr<const RememberedValues> find(const Hash128& key) const;
    // Stores what a finished search knows. `params_hash` is mixed into every key.
    void record(Tree& tree, const SearchParams& params, const Hash128& params_hash);
    void clear();
    size_t size() const;

    // Positions are the same only under the same parameters.
    static Hash128 hash_of(const SearchParams& params);

  private:
    struct Shard {
        mutable std::mutex mutex;
        std::unordered_map<Hash128, std::shared_ptr<const RememberedValues>, Hash128Hasher> entries GUARDED_BY(mutex);
    };

    void store(const Hash128& key, std::shared_ptr<const RememberedValues> values);
    Shard& shard_of(const Hash128& key) { return shards_[static_cast<size_t>(key.h1) % shards_.size()]; }

    std::array<Shard, 64> shards_;
};

}  // namespace katago
