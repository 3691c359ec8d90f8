// SPDX-License-Identifier: MIT
#include "eval/position_key.h"

#include <doctest/doctest.h>

#include <set>

#include "positions.h"

namespace katago {

namespace {

std::string key_of(const BoardHistory& history, const EvalOptions& options = {}) {
    return to_string(position_key(history, history.next_player(), options, nullptr));
}

}  // namespace

TEST_CASE("position_key: equals the reference's") {
    const BoardHistory empty = positions::empty({9, 9}, positions::rules("tromp-taylor", 7));
    CHECK(key_of(empty) == "3368838144F812C6E8C96E018EB0F193");
    EvalOptions doubling;
    doubling.playout_doubling_advantage = 1.5;
    CHECK(key_of(empty, doubling) == "8D4E8832912475DE9986804F4D290B0B");
}

TEST_CASE("position_key: every option that changes the answer changes the key") {
    BoardHistory history = positions::empty({5, 5}, positions::rules("japanese", 6));
    positions::play(history, "C3 pass");
    REQUIRE(history.pass_would_end_phase());
    EvalOptions options[9];
    options[1].draw_equivalent_wins_for_white = 0.7;
    options[2].conservative_pass_and_is_root = true;
    options[3].enable_passing_hacks = true;
    options[4].playout_doubling_advantage = -1;
    options[5].policy_temperature = 0.5;
    options[6].policy_optimism = 0.5;
    options[7].max_history = 0;
    options[8].pass_alive_under_suicide = true;
    std::set<std::string> keys;
    for (const EvalOptions& one : options) keys.insert(key_of(history, one));
    CHECK(keys.size() == std::size(options));

    EvalOptions same;
    same.symmetry = 3;
    same.max_history = 1;
    same.include_ownership = true;
    CHECK(key_of(history, same) == key_of(history));
}

TEST_CASE("position_key: metadata is part of it") {
    const BoardHistory history = positions::empty({9, 9}, positions::rules("tromp-taylor", 7));
    const SgfMetadata strong = *profile_of_name("rank_9d"), weak = *profile_of_name("rank_9k");
    CHECK(position_key(history, Color::Black, {}, &strong) != position_key(history, Color::Black, {}, &weak));
    CHECK(position_key(history, Color::Black, {}, &strong) != position_key(history, Color::Black, {}, nullptr));
}

}  // namespace katago
