// SPDX-License-Identifier: MIT
#include "core/parallel_for.h"

#include <doctest/doctest.h>

#include <mutex>
#include <set>
#include <stdexcept>

using namespace katago;

TEST_CASE("parallel_for: each index is handed out once") {
    std::mutex mutex;
    std::multiset<size_t> taken;
    parallel_for(100, 4, [&](ParallelRange& range) {
        while (const auto index = range.next()) {
            const std::scoped_lock lock(mutex);
            taken.insert(*index);
        }
    });
    CHECK(taken.size() == 100);
    CHECK(std::set<size_t>(taken.begin(), taken.end()).size() == 100);
    CHECK(*taken.rbegin() == 99);
}

TEST_CASE("parallel_for: no index is handed out once a thread has thrown, and its exception arrives") {
    size_t taken = 0;
    CHECK_THROWS_AS(parallel_for(100, /*threads=*/0,
                                 [&](ParallelRange& range) {
                                     while (range.next())
                                         if (++taken == 3) throw std::runtime_error("third");
                                 }),
                    std::runtime_error);
    CHECK(taken == 3);
    ParallelRange range(2);
    CHECK(range.next() == 0);
    range.stop();
    CHECK_FALSE(range.next());
}
