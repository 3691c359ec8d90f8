// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "core/hash.h"
#include "eval/evaluation.h"

namespace katago {

// Evaluations by key: a direct-mapped table in which a new entry replaces the old one. Thread-safe. The empty table
// takes 16 bytes an entry; an evaluation of 19x19 takes about 1.5 KB more.
class EvalCache {
  public:
    explicit EvalCache(int size_power_of_two);

    // Null where the key is not there.
    std::shared_ptr<const Evaluation> find(const Hash128& key) const;
    void store(std::shared_ptr<const Evaluation> evaluation);
    void clear();

  private:
    // A slot is guarded by the mutex of its stripe: neighbouring slots have different ones.
    static constexpr size_t kStripes = 256;

    size_t slot_of(const Hash128& key) const { return static_cast<size_t>(key.h0) & mask_; }

    size_t mask_;
    std::vector<std::shared_ptr<const Evaluation>> slots_;
    mutable std::array<std::mutex, kStripes> mutexes_;
};

}  // namespace katago
