// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <optional>

namespace katago {

// Hands out the numbers below `count`, each once. Thread-safe.
class ParallelRange {
  public:
    explicit ParallelRange(size_t count) : count_(count) {}

    // Nothing: all are taken, or somebody has stopped them.
    std::optional<size_t> next();
    void stop() { stopped_ = true; }

  private:
    const size_t count_;
    std::atomic<size_t> next_ = 0;
    std::atomic<bool> stopped_ = false;
};

// Runs `work` in so many threads, at least one, which take turns below `count`. Once one of them throws, no more turns
// are given; throws that exception when all have ended.
void parallel_for(size_t count, int threads, const std::function<void(ParallelRange&)>& work);

}  // namespace katago
