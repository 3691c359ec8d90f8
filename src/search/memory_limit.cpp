// SPDX-License-Identifier: MIT
#include "search/memory_limit.h"

#include <algorithm>
#include <fstream>
#include <string>
#include <string_view>

namespace katago {

namespace {

// Where nothing is known of the machine.
constexpr int64_t kCautiousTree = int64_t{256} << 20;
// Less is of no use to anybody.
constexpr int64_t kSmallestTree = int64_t{16} << 20;
// What a container may use besides: caches of files, which the system gives back when asked, count as free.
constexpr std::string_view kReclaimable = "inactive_file";

// The number after `name` in a file of lines "name value"; with an empty name the first one of the file. -1: not there,
// or "max".
int64_t number_in(const std::filesystem::path& file, std::string_view name) {
    std::ifstream in(file);
    std::string word;
    while (!name.empty() && in >> word && word != name) {
    }
    int64_t value = -1;
    return in >> value ? value : -1;
}

void take_smaller(int64_t& bound, int64_t value) {
    if (value > 0 && (bound == 0 || value < bound)) bound = value;
}

struct GroupFiles {
    const char* limit;
    const char* usage;
};

// One control group, and those around it.
void apply_groups(const std::filesystem::path& mount, const std::string& group, const GroupFiles& files,
                  MachineMemory& memory) {
    std::filesystem::path relative = std::filesystem::path(group).relative_path();
    for (;;) {
        const std::filesystem::path folder = mount / relative;
        const int64_t limit = number_in(folder / files.limit, "");
        const int64_t usage = number_in(folder / files.usage, "");
        // Version 1 writes "no limit" as a number near 2^63.
        if (limit > 0 && limit < int64_t{1} << 60) {
            take_smaller(memory.physical_bytes, limit);
            const int64_t reclaimable = std::max<int64_t>(0, number_in(folder / "memory.stat", kReclaimable));
            if (usage >= 0) take_smaller(memory.free_bytes, std::max<int64_t>(1, limit - usage + reclaimable));
        }
        if (relative.empty()) return;
        relative = relative.has_parent_path() ? relative.parent_path() : std::filesystem::path();
    }
}

}  // namespace

MachineMemory read_machine_memory(const std::filesystem::path& root) {
    MachineMemory memory;
    const std::filesystem::path meminfo = root / "proc/meminfo";
    take_smaller(memory.physical_bytes, number_in(meminfo, "MemTotal:") * 1024);
    take_smaller(memory.free_bytes, number_in(meminfo, "MemAvailable:") * 1024);
    std::ifstream groups(root / "proc/self/cgroup");
    // "0::/group" of version 2, "5:memory:/group" of version 1.
    for (std::string line; std::getline(groups, line);) {
        const size_t second = line.find(':', line.find(':') + 1);
        if (second == std::string::npos) continue;
        const std::string group = line.substr(second + 1);
        if (line.starts_with("0::"))
            apply_groups(root / "sys/fs/cgroup", group, {"memory.max", "memory.current"}, memory);
        else if (line.find(":memory:") != std::string::npos)
            apply_groups(root / "sys/fs/cgroup/memory", group, {"memory.limit_in_bytes", "memory.usage_in_bytes"},
                         memory);
    }
    return memory;
}

int64_t default_tree_bytes(const MachineMemory& memory, int64_t held_bytes) {
    if (memory.physical_bytes <= 0) return kCautiousTree;
    const int64_t quarter = memory.physical_bytes / 4;
    const int64_t reachable = memory.free_bytes > 0 ? held_bytes + memory.free_bytes : quarter;
    return std::max(kSmallestTree, std::min(quarter, reachable));
}

}  // namespace katago
