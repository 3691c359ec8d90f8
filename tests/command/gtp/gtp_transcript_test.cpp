// SPDX-License-Identifier: MIT
// The reference's GTP transcripts, compared as their README says: exactly, but for position hashes; numbers of the
// network and of searches within a tolerance.
#include <doctest/doctest.h>

#include <cmath>
#include <set>

#include "command/gtp/transcripts.h"
#include "core/file.h"
#include "core/text.h"
#include "golden.h"

using namespace katago;

namespace {

// Sums of floats in another order move the printed digits of probabilities and points.
constexpr double kNetworkTolerance = 1e-4;
// Small differences of a float may shift a visit; at 40 visits that shows in the third digit.
constexpr double kSearchTolerance = 0.02;

std::string read_transcript(const std::string& name) {
    return read_file(golden::find("gtp/" + name));
}

void compare_exactly(const std::string& name) {
    if (transcripts::model().empty() || golden::find("gtp/" + name + ".in").empty()) return;
    CAPTURE(name);
    const auto expected = transcripts::lines_of(transcripts::without_hashes(read_transcript(name + ".out")));
    const auto found =
        transcripts::lines_of(transcripts::without_hashes(transcripts::run_gtp(read_transcript(name + ".in")).out));
    for (size_t i = 0; i < std::min(expected.size(), found.size()); ++i) {
        CAPTURE(i);
        CHECK(found[i] == expected[i]);
        if (found[i] != expected[i]) return;
    }
    CHECK(found.size() == expected.size());
}

// Word by word: texts equal, numbers near.
void compare_numbers(const std::string& name, double tolerance) {
    if (transcripts::model().empty() || golden::find("gtp/" + name + ".in").empty()) return;
    CAPTURE(name);
    const auto expected = transcripts::words_of(transcripts::without_hashes(read_transcript(name + ".out")));
    const auto found =
        transcripts::words_of(transcripts::without_hashes(transcripts::run_gtp(read_transcript(name + ".in")).out));
    REQUIRE(found.size() == expected.size());
    for (size_t i = 0; i < expected.size(); ++i) {
        CAPTURE(i);
        const auto number = parse_number(expected[i]);
        const auto found_number = parse_number(found[i]);
        if (number && found_number)
            CHECK(std::abs(*number - *found_number) <= tolerance * std::max(1.0, std::abs(*number)));
        else
            CHECK(found[i] == expected[i]);
    }
}

}  // namespace

TEST_CASE("gtp: the reference's transcripts of board, rules, records, scores and clocks are met exactly") {
    for (const char* name : {"02-boardsize",
                             "03-play",
                             "04-ko-and-undo",
                             "05-showboard",
                             "06-komi",
                             "07-rules",
                             "08-set-rule",
                             "09-fixed-handicap",
                             "10-free-handicap",
                             "11-set-position",
                             "12-loadsgf",
                             "13-printsgf",
                             "14-superko-and-suicide",
                             "15-territory-phases",
                             "16-button",
                             "17-final-score",
                             "18-final-score-games",
                             "22-time",
                             "23-state-kept",
                             "24-same-player-twice",
                             "25-one-visit-moves",
                             "26-analyze-arguments",
                             "28-blank-and-odd-lines"})
        compare_exactly(name);
}

TEST_CASE("gtp: raw network output has the reference's layout and numbers") {
    compare_numbers("19-raw-nn", kNetworkTolerance);
    compare_numbers("20-raw-nn-sizes", kNetworkTolerance);
}

TEST_CASE("gtp: searches with reports have the reference's fields and nearly its numbers") {
    compare_numbers("27-search-analyze", kSearchTolerance);
}

TEST_CASE("gtp: the basics differ from the reference only in what tells of the engine itself") {
    if (transcripts::model().empty()) return;
    const auto expected = transcripts::lines_of(read_transcript("01-basics.out"));
    const auto found = transcripts::lines_of(transcripts::run_gtp(read_transcript("01-basics.in")).out);
    REQUIRE(found.size() == expected.size());
    for (size_t i = 0; i < expected.size(); ++i)
        if (!expected[i].starts_with("= [{")) CHECK(found[i] == expected[i]);
}

TEST_CASE("gtp: parameters have the reference's names, values and errors") {
    if (transcripts::model().empty()) return;
    const auto expected = transcripts::lines_of(read_transcript("21-params.out"));
    const auto found = transcripts::lines_of(transcripts::run_gtp(read_transcript("21-params.in")).out);
    REQUIRE(found.size() == expected.size());
    // The first line lists the names, another holds all values: this engine has some of its own.
    const auto expected_names = transcripts::words_of(expected[0]);
    const auto names = transcripts::words_of(found[0]);
    const std::set<std::string> known(names.begin(), names.end());
    for (const std::string& name : expected_names) CHECK(known.contains(name));
    for (size_t i = 1; i < expected.size(); ++i) {
        CAPTURE(i);
        if (!expected[i].starts_with("= {")) {
            CHECK(found[i] == expected[i]);
            continue;
        }
        const auto reference = nlohmann::json::parse(expected[i].substr(2));
        const auto own = nlohmann::json::parse(found[i].substr(2));
        for (const auto& [key, value] : reference.items())
            CHECK_MESSAGE(own.value(key, nlohmann::json()) == value, key);
    }
}
