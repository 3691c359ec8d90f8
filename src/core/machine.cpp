// SPDX-License-Identifier: MIT
#include "core/machine.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <thread>

#include "core/system/system_files.h"

namespace katago {

namespace {

namespace fs = std::filesystem;

// What a container may use besides: caches of files, which the system gives back when asked, count as free.
constexpr const char* kReclaimable = "inactive_file";
// Version 1 writes "no limit" as a number near 2^63.
constexpr int64_t kNoLimit = int64_t{1} << 60;
// What a 32-bit program can address under every kernel, whatever memory the machine has.
constexpr int64_t kAddressableBy32Bits = int64_t{2} << 30;

void take_smaller(int64_t& bound, int64_t value) {
    if (value > 0 && (bound == 0 || value < bound)) bound = value;
}

// Calls `visit` with the folder of each control group of one controller that the process is in, innermost first, and
// with the version of its files. In a container the groups' names may be those outside of it: folders may be missing.
void for_each_group(const fs::path& root, const std::string& controller,
                    const std::function<void(const fs::path&, int version)>& visit) {
    std::ifstream groups(root / "proc/self/cgroup");
    // "0::/group" of version 2, "5:cpu,cpuacct:/group" of version 1.
    for (std::string line; std::getline(groups, line);) {
        const size_t first = line.find(':');
        const size_t second = line.find(':', first + 1);
        if (second == std::string::npos) continue;
        const std::string controllers = line.substr(first + 1, second - first - 1);
        const int version = controllers.empty() ? 2 : 1;
        if (version == 1 && ("," + controllers + ",").find("," + controller + ",") == std::string::npos) continue;
        const fs::path mount = root / "sys/fs/cgroup" / (version == 2 ? "" : controller);
        fs::path group = fs::path(line.substr(second + 1)).relative_path();
        while (!group.empty()) {
            visit(mount / group, version);
            group = group.parent_path();
        }
        visit(mount, version);
    }
}

// Processors that the process may run on.
int allowed_processors() {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    if (sched_getaffinity(0, sizeof(allowed), &allowed) == 0) return std::max(1, CPU_COUNT(&allowed));
    // More processors than the set has room for.
    return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

// Processor time a group grants per time that passes; nothing: as much as there is.
std::optional<double> granted_processors(const fs::path& folder, int version) {
    int64_t quota = -1;
    int64_t period = -1;
    if (version == 2) {
        std::ifstream file(folder / "cpu.max");  // "150000 100000" or "max 100000"
        if (!(file >> quota >> period)) return std::nullopt;
    } else {
        quota = number_in(folder / "cpu.cfs_quota_us").value_or(-1);
        period = number_in(folder / "cpu.cfs_period_us").value_or(-1);
    }
    if (quota <= 0 || period <= 0) return std::nullopt;
    return static_cast<double>(quota) / static_cast<double>(period);
}

// Of the first processor.
std::map<int64_t, int64_t> cache_bytes_by_level(const fs::path& root) {
    std::map<int64_t, int64_t> caches;
    for (int index = 0;; ++index) {
        const fs::path cache = root / "sys/devices/system/cpu/cpu0/cache" / ("index" + std::to_string(index));
        const std::optional<int64_t> level = number_in(cache / "level");
        if (!level) return caches;
        const std::optional<int64_t> kilobytes = number_in(cache / "size");  // "32768K"
        if (kilobytes && *kilobytes > 0) caches.emplace(*level, *kilobytes * 1024);
    }
}

}  // namespace

MachineMemory read_machine_memory(const fs::path& root) {
    MachineMemory memory;
    const auto bytes_of = [&](const char* name) -> int64_t {
        return std::max<int64_t>(0, number_after(root / "proc/meminfo", name).value_or(0)) * 1024;
    };
    memory.machine_bytes = memory.physical_bytes = bytes_of("MemTotal:");
    memory.free_bytes = bytes_of("MemAvailable:");
    memory.swap_bytes = bytes_of("SwapTotal:");
    if constexpr (sizeof(void*) == 4) {
        take_smaller(memory.physical_bytes, kAddressableBy32Bits);
        take_smaller(memory.free_bytes, kAddressableBy32Bits);
    }
    for_each_group(root, "memory", [&](const fs::path& folder, int version) {
        const int64_t limit =
            number_in(folder / (version == 2 ? "memory.max" : "memory.limit_in_bytes")).value_or(-1);  // or "max"
        if (limit <= 0 || limit >= kNoLimit) return;
        take_smaller(memory.physical_bytes, limit);
        const auto usage = number_in(folder / (version == 2 ? "memory.current" : "memory.usage_in_bytes"));
        const int64_t reclaimable =
            std::max<int64_t>(0, number_after(folder / "memory.stat", kReclaimable).value_or(0));
        if (usage && *usage >= 0) take_smaller(memory.free_bytes, std::max<int64_t>(1, limit - *usage + reclaimable));
    });
    return memory;
}

int usable_cores(const fs::path& root) {
    double cores = allowed_processors();
    for_each_group(root, "cpu", [&](const fs::path& folder, int version) {
        cores = std::min(cores, granted_processors(folder, version).value_or(cores));
    });
    return static_cast<int>(std::max(1.0, std::ceil(cores)));
}

int64_t last_level_cache_bytes(const fs::path& root) {
    const std::map<int64_t, int64_t> caches = cache_bytes_by_level(root);
    return caches.empty() ? 0 : caches.rbegin()->second;
}

int64_t second_level_cache_bytes(const fs::path& root) {
    const std::map<int64_t, int64_t> caches = cache_bytes_by_level(root);
    const auto second = caches.find(2);
    return second == caches.end() ? 0 : second->second;
}

}  // namespace katago
