// SPDX-License-Identifier: MIT
#include "core/parallel_for.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "core/thread.h"

namespace katago {

std::optional<size_t> ParallelRange::next() {
    if (stopped_) return std::nullopt;
    const size_t index = next_++;
    return index < count_ ? std::optional(index) : std::nullopt;
}

void parallel_for(size_t count, int threads, const std::function<void(ParallelRange&)>& work) {
    ParallelRange range(count);
    std::vector<std::unique_ptr<Thread>> workers;
    for (int i = 0; i < std::max(threads, 1); ++i) {
        workers.push_back(std::make_unique<Thread>([&] {
            try {
                work(range);
            } catch (...) {
                range.stop();
                throw;
            }
        }));
    }
    for (const auto& worker : workers) worker->join();
}

}  // namespace katago
