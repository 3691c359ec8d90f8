// SPDX-License-Identifier: MIT
#include "core/machine.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "made_up_root.h"

using namespace katago;

namespace {

constexpr int64_t kMiB = 1 << 20;

// A machine of 8 GiB.
class FakeSystem : public MadeUpRoot {
  public:
    FakeSystem() : MadeUpRoot("machine") {
        write("proc/meminfo", "MemTotal: 8388608 kB\nMemFree: 1 kB\nMemAvailable:  3145728 kB\n");
    }
    MachineMemory read() const { return read_machine_memory(root()); }
};

}  // namespace

TEST_CASE("machine: the machine's memory is read, and the bounds of the container it runs in") {
    FakeSystem system;
    // A 32-bit program addresses no more than 2 GiB.
    const bool addresses_all = sizeof(void*) > 4;
    CHECK(system.read().physical_bytes == (addresses_all ? 8192 : 2048) * kMiB);
    CHECK(system.read().free_bytes == (addresses_all ? 3072 : 2048) * kMiB);

    system.write("proc/self/cgroup", "0::/user/job\n");
    system.write("sys/fs/cgroup/user/job/memory.max", "max\n");
    system.write("sys/fs/cgroup/user/memory.max", std::to_string(1024 * kMiB));
    system.write("sys/fs/cgroup/user/memory.current", std::to_string(900 * kMiB));
    system.write("sys/fs/cgroup/user/memory.stat", "anon 5\ninactive_file " + std::to_string(300 * kMiB) + "\n");
    CHECK(system.read().physical_bytes == 1024 * kMiB);
    CHECK(system.read().machine_bytes == 8192 * kMiB);
    CHECK(system.read().free_bytes == 424 * kMiB);

    system.write("proc/self/cgroup", "3:cpu:/\n5:memory:/box\n");
    system.write("sys/fs/cgroup/memory/box/memory.limit_in_bytes", std::to_string(512 * kMiB));
    system.write("sys/fs/cgroup/memory/box/memory.usage_in_bytes", std::to_string(100 * kMiB));
    system.write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    CHECK(system.read().physical_bytes == 512 * kMiB);
    CHECK(system.read().free_bytes == 412 * kMiB);
}

TEST_CASE("machine: this machine tells how much it has") {
    const MachineMemory memory = read_machine_memory();
    CHECK(memory.physical_bytes > 64 * kMiB);
    CHECK(memory.free_bytes > 0);
}

TEST_CASE("machine: the caches that processors tell of, among them the last before memory") {
    FakeSystem system;
    CHECK(last_level_cache_bytes(system.root()) == 0);
    CHECK(second_level_cache_bytes(system.root()) == 0);
    const auto tell = [&](int index, int level, const char* size) {
        const std::string cache = "sys/devices/system/cpu/cpu0/cache/index" + std::to_string(index) + "/";
        system.write(cache + "level", std::to_string(level) + "\n");
        system.write(cache + "size", size + std::string("\n"));
    };
    tell(0, 1, "32K");
    tell(1, 3, "6144K");
    tell(2, 2, "512K");
    CHECK(last_level_cache_bytes(system.root()) == 6 * kMiB);
    CHECK(second_level_cache_bytes(system.root()) == kMiB / 2);
    CHECK(last_level_cache_bytes("/nowhere") == 0);
}

TEST_CASE("machine: cores are counted as the control groups grant them") {
    FakeSystem system;
    const int all = usable_cores();
    CHECK(all >= 1);
    CHECK(usable_cores(system.root()) >= all);  // no group here grants less

    system.write("proc/self/cgroup", "0::/user/job\n");
    system.write("sys/fs/cgroup/user/job/cpu.max", "max 100000\n");
    CHECK(usable_cores(system.root()) >= all);
    system.write("sys/fs/cgroup/user/cpu.max", "20000 100000\n");
    CHECK(usable_cores(system.root()) == 1);
    // A part of a core counts as one.
    system.write("sys/fs/cgroup/user/cpu.max", "110000 100000\n");
    CHECK(usable_cores(system.root()) == std::min(2, usable_cores("/nowhere")));

    system.write("proc/self/cgroup", "4:cpu,cpuacct:/box\n5:memory:/box\n");
    system.write("sys/fs/cgroup/cpu/box/cpu.cfs_period_us", "100000\n");
    system.write("sys/fs/cgroup/cpu/box/cpu.cfs_quota_us", "-1\n");
    CHECK(usable_cores(system.root()) == usable_cores("/nowhere"));
    system.write("sys/fs/cgroup/cpu/box/cpu.cfs_quota_us", "100000\n");
    CHECK(usable_cores(system.root()) == 1);
    // In a container the group's name may be that outside of it; its files are at the top then.
    system.write("proc/self/cgroup", "4:cpu,cpuacct:/outside/of/it\n");
    system.write("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
    system.write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "50000\n");
    CHECK(usable_cores(system.root()) == 1);
}
