// SPDX-License-Identifier: MIT
#include "core/thread.h"

#include <doctest/doctest.h>

#include <atomic>

#include "core/error.h"

using namespace katago;

TEST_CASE("thread: delivers its exception to whoever joins, once") {
    Thread thread([] { throw IoError("disk gone"); });
    CHECK_THROWS_WITH_AS(thread.join(), "disk gone", IoError);
    CHECK_NOTHROW(thread.join());
}

TEST_CASE("thread: is joined at the end of its scope") {
    std::atomic<bool> ran = false;
    {
        Thread thread([&] { ran = true; });
    }
    CHECK(ran);
}
