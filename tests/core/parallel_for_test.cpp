// SPDX-License-Identifier: MIT
#include "core/parallel_for.h"

#include <doctest/doctest.h>

#include <mutex>
#include <set>
#include <stdexcept>

using namespace katago;

TEST_CASE("turns: threads take each number once") {
    std::mutex mutex;
    std::multiset<size_t> taken;
    parallel_for(100, 4, [&](ParallelRange& turns) {
        while (const auto turn = turns.next()) {
            const std::scoped_lock lock(mutex);
            taken.insert(*turn);
        }
    });
    CHECK(taken.size() == 100);
    CHECK(std::set<size_t>(taken.begin(), taken.end()).size() == 100);
    CHECK(*taken.rbegin() == 99);
}

TEST_CASE("turns: none are given once a thread has thrown, and its exception arrives") {
    size_t taken = 0;
    CHECK_THROWS_AS(parallel_for(100, /*threads=*/0,
                                 [&](ParallelRange& turns) {
                                     while (turns.next())
                                         if (++taken == 3) throw std::runtime_error("third");
                                 }),
                    std::runtime_error);
    CHECK(taken == 3);
    ParallelRange turns(2);
    CHECK(turns.next() == 0);
    turns.stop();
    CHECK_FALSE(turns.next());
}
