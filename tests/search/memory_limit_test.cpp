// SPDX-License-Identifier: MIT
#include "search/memory_limit.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

using namespace katago;

namespace {

constexpr int64_t kMiB = 1 << 20;

// A folder with the files that Linux would show.
class FakeSystem {
  public:
    FakeSystem() : root_(std::filesystem::temp_directory_path() / ("katago-memory-" + std::to_string(getpid()))) {
        write("proc/meminfo", "MemTotal: 8388608 kB\nMemFree: 1 kB\nMemAvailable:  3145728 kB\n");
    }
    ~FakeSystem() { std::filesystem::remove_all(root_); }

    void write(const std::string& name, const std::string& text) {
        std::filesystem::create_directories((root_ / name).parent_path());
        std::ofstream(root_ / name) << text;
    }
    MachineMemory read() const { return read_machine_memory(root_); }

  private:
    std::filesystem::path root_;
};

}  // namespace

TEST_CASE("memory: a tree gets a quarter of the machine, but never more than is free") {
    CHECK(default_tree_bytes({8192 * kMiB, 6144 * kMiB}, 0) == 2048 * kMiB);
    CHECK(default_tree_bytes({8192 * kMiB, 512 * kMiB}, 0) == 512 * kMiB);
    CHECK(default_tree_bytes({8192 * kMiB, 512 * kMiB}, 1000 * kMiB) == 1512 * kMiB);
    CHECK(default_tree_bytes({1024 * kMiB, 0}, 0) == 256 * kMiB);
    CHECK(default_tree_bytes({1024 * kMiB, 1}, 0) > 0);
    CHECK(default_tree_bytes({}, 0) > 0);
}

TEST_CASE("memory: the machine's memory is read, and the bounds of the container it runs in") {
    FakeSystem system;
    CHECK(system.read().physical_bytes == 8192 * kMiB);
    CHECK(system.read().free_bytes == 3072 * kMiB);

    system.write("proc/self/cgroup", "0::/user/job\n");
    system.write("sys/fs/cgroup/user/job/memory.max", "max\n");
    system.write("sys/fs/cgroup/user/memory.max", std::to_string(1024 * kMiB));
    system.write("sys/fs/cgroup/user/memory.current", std::to_string(900 * kMiB));
    system.write("sys/fs/cgroup/user/memory.stat", "anon 5\ninactive_file " + std::to_string(300 * kMiB) + "\n");
    CHECK(system.read().physical_bytes == 1024 * kMiB);
    CHECK(system.read().free_bytes == 424 * kMiB);

    system.write("proc/self/cgroup", "3:cpu:/\n5:memory:/box\n");
    system.write("sys/fs/cgroup/memory/box/memory.limit_in_bytes", std::to_string(512 * kMiB));
    system.write("sys/fs/cgroup/memory/box/memory.usage_in_bytes", std::to_string(100 * kMiB));
    system.write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    CHECK(system.read().physical_bytes == 512 * kMiB);
    CHECK(system.read().free_bytes == 412 * kMiB);
}

TEST_CASE("memory: this machine tells how much it has") {
    const MachineMemory memory = read_machine_memory();
    CHECK(memory.physical_bytes > 64 * kMiB);
    CHECK(memory.free_bytes > 0);
}
