// SPDX-License-Identifier: MIT
#include "game/ko_history.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

using namespace katago;

TEST_CASE("ko history: a state is told from others that its filter takes for it") {
    KoHistory history;
    CHECK(history.times_of_last() == 0);
    const Hash128 state{5, 7}, same_place{5, 8}, beside{6, 7};
    CHECK_FALSE(history.contains(state));
    history.add(state);
    CHECK(history.contains(state));
    CHECK_FALSE(history.contains(same_place));
    CHECK_FALSE(history.contains(beside));
    history.add(same_place);
    CHECK(history.contains(same_place));
    CHECK(history.times_of_last() == 1);
    history.add(state);
    CHECK(history.times_of_last() == 2);
    history.clear();
    CHECK_FALSE(history.contains(state));
    CHECK_FALSE(history.contains(same_place));
}

TEST_CASE("ko history: finds every state of a long game, and no other") {
    KoHistory history;
    uint64_t number = 1;
    const auto next = [&] { return Hash128{number *= 6364136223846793005u, number ^ 1}; };
    std::vector<Hash128> states;
    for (int i = 0; i < 2000; ++i) {
        states.push_back(next());
        history.add(states.back());
    }
    for (const Hash128& state : states) CHECK(history.contains(state));
    for (int i = 0; i < 2000; ++i) CHECK_FALSE(history.contains(next()));
}
