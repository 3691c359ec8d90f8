// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>

namespace katago {

// What this machine, or the container that the process runs in, has.
struct MachineMemory {
    int64_t physical_bytes = 0;  // 0: unknown
    int64_t free_bytes = 0;      // without taking anything from others; 0: unknown
};

// Reads what Linux tells of the machine and of the control groups that the process belongs to: the smallest of all
// bounds. `root` is where to look, for tests. Throws nothing: what cannot be read stays unknown.
MachineMemory read_machine_memory(const std::filesystem::path& root = "/");

// What a tree that has `held_bytes` now may grow to where the configuration does not say: a quarter of the machine's
// memory, but no more than what is free.
int64_t default_tree_bytes(const MachineMemory& memory, int64_t held_bytes);

}  // namespace katago
