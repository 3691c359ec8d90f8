// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <optional>

namespace katago {

// The indices below `count`, handed out to threads one at a time, each once. Thread-safe.
class ParallelRange {
  public:
    explicit ParallelRange(size_t count) : count_(count) {}

    // The next index; nothing once all are handed out, or after stop().
    std::optional<size_t> next();
    void stop() { stopped_ = true; }

  private:
    const size_t count_;
    std::atomic<size_t> next_ = 0;
    std::atomic<bool> stopped_ = false;
};

// A parallel loop: runs `work` in so many threads, at least one, which take the indices below `count` from one range.
// Once one of them throws, the range is stopped; throws that exception when all have ended.
void parallel_for(size_t count, int threads, const std::function<void(ParallelRange&)>& work);

}  // namespace katago
