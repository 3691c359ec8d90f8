// SPDX-License-Identifier: MIT
#include "command/match/match_options.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

#include "core/error.h"
#include "core/file.h"

using namespace katago;

namespace {

MatchOptions read(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"-model", "net.bin.gz"});
    return read_match_options(Options::parse(match_command_line(), arguments));
}

MatchOptions read_overrides(const std::string& text) {
    return read({"-override-config", text});
}

bool contains(const std::vector<std::string>& lines, const std::string& line) {
    return std::find(lines.begin(), lines.end(), line) != lines.end();
}

}  // namespace

TEST_CASE("match_options: keys with a number are one bot's, the others are both's") {
    const MatchOptions options = read(
        {"-override-config", "maxVisits=10, maxVisits1=20, botName0=Ada, cpuctExploration=1.5, resignThreshold1=-0.5"});
    CHECK(options.bots[0].name == "Ada");
    CHECK(options.bots[1].name == "B");
    CHECK(options.bots[0].player.search.max_visits == 10);
    CHECK(options.bots[1].player.search.max_visits == 20);
    CHECK(options.bots[1].player.search.cpuct_exploration == 1.5);
    CHECK(options.bots[0].player.resign_threshold == -0.95);
    CHECK(options.bots[1].player.resign_threshold == -0.5);
}

TEST_CASE("match_options: options of one bot win over the keys of both") {
    const auto file = std::filesystem::temp_directory_path() / "katago_match_options_test.cfg";
    write_file(file, "maxVisits = 7\nwideRootNoise = 0.1\n");
    const MatchOptions options = read({"-config-b", file.string(), "-override-config-b", "wideRootNoise=0.2",
                                       "-model-b", "other.bin.gz", "-override-config-a", "maxTime=3"});
    CHECK(options.bots[0].player.search.max_time_s == 3);
    CHECK(options.bots[0].player.search.max_visits == 100);
    CHECK(options.bots[0].model_file == "net.bin.gz");
    CHECK(options.bots[1].player.search.max_visits == 7);
    CHECK(options.bots[1].player.search.wide_root_noise == 0.2);
    CHECK(options.bots[1].model_file == "other.bin.gz");
    std::filesystem::remove(file);
}

TEST_CASE("match_options: the search's defaults are those of matches") {
    const SearchParams params = read({}).bots[0].player.search;
    CHECK(params.num_threads == 1);
    CHECK(!params.conservative_pass);
    CHECK(!params.root_symmetry_pruning);
    CHECK(!params.fill_dame_before_pass);
}

TEST_CASE("match_options: options stand for keys") {
    const MatchSettings settings = read({"-games", "12", "-threads", "3", "-boardsize", "9,13", "-komi", "6",
                                         "-openings", "sgfs", "-opening-moves", "5", "-elo1", "20", "-alpha", "0.01"})
                                       .settings;
    CHECK(settings.num_games == 12);
    CHECK(settings.num_game_threads == 3);
    CHECK(settings.board_sizes == std::vector<int>{9, 13});
    CHECK(settings.komi_mean == 6);
    CHECK(settings.openings_dir == "sgfs");
    CHECK(settings.opening_moves == 5);
    REQUIRE(settings.sprt());
    CHECK(settings.sprt()->elo0 == 0);
    CHECK(settings.sprt()->elo1 == 20);
    CHECK(settings.sprt()->alpha == 0.01);
    CHECK(!read({}).settings.sprt());
}

TEST_CASE("match_options: what contradicts itself is refused") {
    for (const char* overrides :
         {"numBots=3", "botName0=X, botName1=X", "maxVisits=", "komiMean=7, komiAuto=true", "sprtElo0=5",
          "sprtElo0=5, sprtElo1=5", "bSizes=9x9", "bSizes=20", "bSizes=", "koRules=FAST", "bSizeRelProbs0=1, numBots=1",
          "numGamesTotal=0", "resignThreshold0=1"}) {
        CAPTURE(overrides);
        if (std::string(overrides) == "bSizes=")
            CHECK(read_overrides(overrides).settings.board_sizes == std::vector<int>{19});
        else
            CHECK_THROWS_AS(read_overrides(overrides), ConfigError);
    }
    const auto file = std::filesystem::temp_directory_path() / "katago_match_lists_test.cfg";
    for (const char* lists : {"bSizes = 9,13\nbSizeRelProbs = 1\n", "bSizes = 9,\n", "bSizes = 9\nbSizeRelProbs = 0\n",
                              "koRules = SIMPLE,,SPIGHT\n"}) {
        CAPTURE(lists);
        write_file(file, std::string("maxVisits = 2\n") + lists);
        CHECK_THROWS_AS(read({"-config", file.string()}), ConfigError);
    }
    std::filesystem::remove(file);
}

TEST_CASE("match_options: a match is known by what decides its games") {
    const MatchOptions options =
        read({"-override-config", "maxVisits1=20", "-games", "3", "-threads", "9", "-seed", "x", "-elo1", "5"});
    CHECK(contains(options.identity, "maxVisits0 = 100"));
    CHECK(contains(options.identity, "maxVisits1 = 20"));
    CHECK(contains(options.identity, "rules = tromp-taylor"));
    CHECK(options.identity == read({"-override-config-b", "maxVisits=20"}).identity);
    CHECK(options.identity != read({"-override-config-b", "maxVisits=21"}).identity);
    CHECK(options.seed == "x");
}

TEST_CASE("match_options: keys that nobody uses are told of, those of one bot are not") {
    const MatchOptions options = read({"-override-config", "maxVisits0=5, maxVists=6, maxVists1=6",
                                       "-override-config-b", "bSizes=9, wideRootNoise=0.1"});
    settle_used_keys(options);
    const std::vector<std::string> shared = options.config.unused_keys();
    CHECK(contains(shared, "maxVists"));
    CHECK(contains(shared, "maxVists1"));
    CHECK(!contains(shared, "maxVisits0"));
    CHECK(!contains(shared, "maxVisits"));
    CHECK(contains(options.bots[1].config.unused_keys(), "bSizes"));
    CHECK(!contains(options.bots[1].config.unused_keys(), "wideRootNoise"));
    CHECK(!contains(options.bots[0].config.unused_keys(), "maxVists"));
}
