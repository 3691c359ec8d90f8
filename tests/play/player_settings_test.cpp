// SPDX-License-Identifier: MIT
#include "play/player_settings.h"

#include <doctest/doctest.h>

#include "core/error.h"

using namespace katago;

namespace {

PlayerSettings read(const std::string& text, const PlayerSettings& defaults = {}) {
    return read_player_settings(Config::from_text(text, "test"), defaults);
}

}  // namespace

TEST_CASE("player_settings: a key replaces what a command takes as its default") {
    PlayerSettings defaults;
    defaults.search.num_threads = 3;
    defaults.friendly_pass = false;
    CHECK(read("", defaults).search.num_threads == 3);
    CHECK(read("numSearchThreads = 2", defaults).search.num_threads == 2);
    CHECK(read("", defaults).friendly_pass == false);
    CHECK(!read("friendlyPass = auto", defaults).friendly_pass);
    CHECK_THROWS_AS(read("friendlyPass = true\ncleanupBeforePass = true"), ConfigError);
    CHECK_THROWS_AS(read("humanSLProfile = nobody"), ConfigError);
}

TEST_CASE("player_settings: over GTP, resigning needs a threshold, and a human network's keys need that network") {
    const auto read_gtp = [](const char* text, bool has_human_network = false) {
        return read_gtp_player_settings(Config::from_text(text, "test"), has_human_network);
    };
    CHECK(read_gtp("").search.num_threads == ThreadCounts().usual);
    CHECK(read_gtp("numSearchThreads = 2").search.num_threads == 2);
    CHECK_THROWS_AS(read_gtp("allowResignation = false"), ConfigError);
    CHECK_THROWS_AS(read_gtp("humanSLChosenMoveProp = 0.5"), ConfigError);
    CHECK_NOTHROW(read_gtp("humanSLChosenMoveProp = 0.5", true));
}

TEST_CASE("player_settings: genmoveAntiMirror is for moves, antiMirror is for them where it stands alone") {
    CHECK(read("").search.anti_mirror);
    CHECK(!read("antiMirror = false").search.anti_mirror);
    CHECK(read("antiMirror = false\ngenmoveAntiMirror = true").search.anti_mirror);
    CHECK(!read("genmoveAntiMirror = false").search.anti_mirror);
}

TEST_CASE("player_settings: a playout doubling advantage that is given stays, unless a dynamic one is asked for too") {
    CHECK(!read("").static_pda);
    CHECK(read("playoutDoublingAdvantage = 1").static_pda);
    CHECK(!read("playoutDoublingAdvantage = 1\ndynamicPlayoutDoublingAdvantageCapPerOppLead = 0.04").static_pda);
}
