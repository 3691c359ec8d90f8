// SPDX-License-Identifier: MIT
#include "eval/cache.h"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace katago {

namespace {

std::shared_ptr<const Evaluation> evaluation_of(Hash128 key, float white_win = 0) {
    auto evaluation = std::make_shared<Evaluation>();
    evaluation->key = key;
    evaluation->white_win = white_win;
    return evaluation;
}

}  // namespace

TEST_CASE("cache: finds what was stored by the whole key") {
    EvalCache cache(4);
    CHECK(cache.find({5, 7}) == nullptr);
    const auto stored = evaluation_of({5, 7});
    cache.store(stored);
    CHECK(cache.find({5, 7}) == stored);
    CHECK(cache.find({5, 8}) == nullptr);
    CHECK(cache.find({5 + 16, 7}) == nullptr);
    cache.clear();
    CHECK(cache.find({5, 7}) == nullptr);
}

TEST_CASE("cache: a new entry takes the slot of an old one") {
    EvalCache cache(4);
    cache.store(evaluation_of({5, 7}));
    cache.store(evaluation_of({5 + 16, 7}));
    CHECK(cache.find({5, 7}) == nullptr);
    CHECK(cache.find({5 + 16, 7}) != nullptr);
}

TEST_CASE("cache: of one entry works") {
    EvalCache cache(0);
    cache.store(evaluation_of({5, 7}));
    CHECK(cache.find({5, 7}) != nullptr);
}

TEST_CASE("cache: threads store, find and clear at the same time") {
    EvalCache cache(6);
    std::atomic<int> wrong = 0;
    std::vector<std::jthread> threads;
    for (uint64_t t = 0; t < 4; ++t)
        threads.emplace_back([&cache, &wrong, t] {
            for (uint64_t i = 0; i < 2000; ++i) {
                const uint64_t key = (i * 7 + t) % 200;
                cache.store(evaluation_of({key, key}, static_cast<float>(key)));
                const auto found = cache.find({(key * 3) % 200, (key * 3) % 200});
                if (found && found->white_win != static_cast<float>(found->key.h0)) ++wrong;
                if (i % 500 == 499) cache.clear();
            }
        });
    threads.clear();
    CHECK(wrong == 0);
}

}  // namespace katago
