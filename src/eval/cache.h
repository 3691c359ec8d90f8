// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "core/hash.h"
#include "core/thread.h"
#include "eval/evaluation.h"

namespace katago {

// Evaluations by key: a direct-mapped table in which a new entry replaces the old one. Thread-safe. The table takes 16
// bytes an entry, and none before the first is stored; an evaluation of 19x19 takes about 1.5 KB more.
class EvalCache {
  public:
    explicit EvalCache(int size_power_of_two);

    // Null where the key is not there.
    std::shared_ptr<const Evaluation> find(const Hash128& key) const;
    void store(std::shared_ptr<const Evaluation> evaluation);
    // Frees the table as well.
    void clear();

  private:
    static constexpr size_t kStripes = 256;

    // Every kStripes-th slot, so that threads seldom wait for each other.
    struct Stripe {
        mutable std::mutex mutex;
        std::vector<std::shared_ptr<const Evaluation>> slots GUARDED_BY(mutex);  // empty: nothing stored yet
    };

    size_t slot_of(const Hash128& key) const { return static_cast<size_t>(key.h0) & mask_; }

    size_t mask_;
    std::array<Stripe, kStripes> stripes_;
};

}  // namespace katago
