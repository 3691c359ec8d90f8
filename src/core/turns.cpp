// SPDX-License-Identifier: MIT
#include "core/turns.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "core/thread.h"

namespace katago {

std::optional<size_t> Turns::next() {
    if (stopped_) return std::nullopt;
    const size_t turn = next_++;
    return turn < count_ ? std::optional(turn) : std::nullopt;
}

void share_turns(size_t count, int threads, const std::function<void(Turns&)>& work) {
    Turns turns(count);
    std::vector<std::unique_ptr<Thread>> workers;
    for (int i = 0; i < std::max(threads, 1); ++i) {
        workers.push_back(std::make_unique<Thread>([&] {
            try {
                work(turns);
            } catch (...) {
                turns.stop();
                throw;
            }
        }));
    }
    for (const auto& worker : workers) worker->join();
}

}  // namespace katago
