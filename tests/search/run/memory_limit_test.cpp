// SPDX-License-Identifier: MIT
#include "search/run/memory_limit.h"

#include <doctest/doctest.h>

using namespace katago;

namespace {

constexpr int64_t kMiB = 1 << 20;

}  // namespace

TEST_CASE("memory: a tree gets a quarter of the machine, but never more than is free") {
    CHECK(default_tree_bytes({8192 * kMiB, 6144 * kMiB}, 0) == 2048 * kMiB);
    CHECK(default_tree_bytes({8192 * kMiB, 512 * kMiB}, 0) == 512 * kMiB);
    CHECK(default_tree_bytes({8192 * kMiB, 512 * kMiB}, 1000 * kMiB) == 1512 * kMiB);
    CHECK(default_tree_bytes({1024 * kMiB, 0}, 0) == 256 * kMiB);
    CHECK(default_tree_bytes({1024 * kMiB, 1}, 0) > 0);
    CHECK(default_tree_bytes({}, 0) > 0);
}
