// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>

namespace katago {

// What this machine, or the container that the process runs in, allows. Linux tells it in files; `root` is where they
// are looked for, for tests. Nothing here throws: what cannot be read stays unknown.

struct MachineMemory {
    int64_t physical_bytes = 0;  // that the process may have; 0: unknown
    int64_t free_bytes = 0;      // without taking anything from others; 0: unknown
    int64_t machine_bytes = 0;   // of the machine, whatever a control group allows; 0: unknown
    int64_t swap_bytes = 0;      // of the machine; 0: none, or unknown
};

// Of the machine and of the control groups (version 1 or 2) that the process belongs to: the smallest of all bounds.
MachineMemory read_machine_memory(const std::filesystem::path& root = "/");

// Processors that this process may keep busy, at least 1: those it is allowed to run on, or fewer where a control group
// grants less time. A part of a processor counts as one: two threads make more of one and a half than one does.
int usable_cores(const std::filesystem::path& root = "/");

// Bytes of the cache behind which there is memory alone, as the first processor has it, whether it shares it or not; 0:
// unknown.
int64_t last_level_cache_bytes(const std::filesystem::path& root = "/");
// Of its second-level cache, the same way.
int64_t second_level_cache_bytes(const std::filesystem::path& root = "/");

}  // namespace katago
