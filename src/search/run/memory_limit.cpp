// SPDX-License-Identifier: MIT
#include "search/run/memory_limit.h"

#include <algorithm>

namespace katago {

namespace {

// Where nothing is known of the machine.
constexpr int64_t kCautiousTree = int64_t{256} << 20;
// Less is of no use to anybody.
constexpr int64_t kSmallestTree = int64_t{16} << 20;

}  // namespace

int64_t default_tree_bytes(const MachineMemory& memory, int64_t held_bytes) {
    if (memory.physical_bytes <= 0) return kCautiousTree;
    const int64_t quarter = memory.physical_bytes / 4;
    const int64_t reachable = memory.free_bytes > 0 ? held_bytes + memory.free_bytes : quarter;
    return std::max(kSmallestTree, std::min(quarter, reachable));
}

}  // namespace katago
