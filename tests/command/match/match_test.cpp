// SPDX-License-Identifier: MIT
// `katago match` as a whole, with a generated network.
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "command/match/subcommand.h"
#include "core/error.h"
#include "core/file.h"
#include "nn/format/net_writer.h"

using namespace katago;

namespace {

// A network and room for results, gone afterwards.
struct Workplace {
    std::filesystem::path folder =
        std::filesystem::temp_directory_path() / ("katago_match_test_" + std::to_string(getpid()));

    Workplace() {
        std::filesystem::remove_all(folder);
        std::filesystem::create_directories(folder);
        write_file(folder / "net.bin", test_nets::tiny_net(14).bytes);
    }
    ~Workplace() { std::filesystem::remove_all(folder); }

    struct Output {
        int status = 0;
        std::string out;
        std::string err;
    };

    Output match(std::vector<std::string> arguments) const {
        arguments.insert(arguments.end(), {"-model", (folder / "net.bin").string(), "-boardsize", "5",
                                           "-override-config", "maxVisits=3, maxMovesPerGame=30"});
        std::istringstream in;
        std::ostringstream out;
        std::ostringstream err;
        Output output;
        output.status = run_match(arguments, {in, out, err});
        output.out = out.str();
        output.err = err.str();
        return output;
    }

    std::string results(const std::string& name) const { return read_file(folder / name / "results.tsv"); }
};

size_t count(const std::string& text, char c) {
    return static_cast<size_t>(std::count(text.begin(), text.end(), c));
}

}  // namespace

TEST_CASE("match: plays all games, keeps them, and continues where it was") {
    const Workplace place;
    const std::string folder = (place.folder / "games").string();
    const Workplace::Output first = place.match({"-games", "3", "-threads", "2", "-output-dir", folder});
    CHECK(first.status == 0);
    CHECK(first.out.find("Played          3 of 3 games: A ") != std::string::npos);
    CHECK(count(place.results("games"), '\n') == 4);

    const Workplace::Output second = place.match({"-games", "6", "-threads", "2", "-output-dir", folder});
    CHECK(second.out.find("Continuing after 3 games") != std::string::npos);
    CHECK(second.out.find("Played          6 of 6 games: A ") != std::string::npos);
    CHECK(count(place.results("games"), '\n') == 7);
    for (int i = 0; i < 6; ++i) {
        const std::string sgf = read_file(place.folder / "games" / "games" / ("00000" + std::to_string(i) + ".sgf"));
        CHECK(sgf.find(i % 2 == 0 ? "PB[A]PW[B]" : "PB[B]PW[A]") != std::string::npos);
    }

    const Workplace::Output third = place.match({"-games", "6", "-output-dir", folder});
    CHECK(third.out.find("Played          6 of 6 games: A ") != std::string::npos);
    CHECK(count(place.results("games"), '\n') == 7);
    CHECK_THROWS_AS(place.match({"-output-dir", folder, "-override-config-a", "maxVisits=4"}), UsageError);
}

TEST_CASE("match: a match continued plays the games that an uninterrupted one would have played") {
    const Workplace place;
    const auto run = [&](const std::string& name, const std::string& games) {
        place.match({"-games", games, "-threads", "1", "-seed", "7", "-output-dir", (place.folder / name).string(),
                     "-override-config", "nnRandomize=false, nnCacheSizePowerOfTwo=-1"});
    };
    run("whole", "4");
    run("parts", "2");
    run("parts", "4");
    for (const char* game : {"000000.sgf", "000001.sgf", "000002.sgf", "000003.sgf"})
        CHECK(read_file(place.folder / "whole" / "games" / game) == read_file(place.folder / "parts" / "games" / game));
}

TEST_CASE("match: the sequential test ends the match and says what was accepted") {
    const Workplace place;
    // Differences so large that a game decides.
    const Workplace::Output output = place.match({"-games", "50", "-threads", "1", "-elo0", "-2000", "-elo1", "2000"});
    CHECK(output.out.find(" accepted, H") != std::string::npos);
    CHECK(output.out.find("of 50 games") != std::string::npos);
    CHECK(output.out.find("Played          50 of") == std::string::npos);
}

TEST_CASE("match: help, and mistakes on the command line") {
    const Workplace place;
    CHECK(place.match({"-help"}).out.find("-output-dir") != std::string::npos);
    CHECK_THROWS_AS(place.match({"-games", "0"}), ConfigError);
    CHECK_THROWS_AS(place.match({"-bogus"}), UsageError);
    CHECK_THROWS_AS(place.match({"-openings", (place.folder / "none").string()}), IoError);
    const Workplace::Output output = place.match({"-games", "1", "-override-config-a", "maxVists=7"});
    CHECK(output.err.find("Unused key 'maxVists'") != std::string::npos);
    CHECK(output.err.find("Unused key 'maxVisits'") == std::string::npos);
}
