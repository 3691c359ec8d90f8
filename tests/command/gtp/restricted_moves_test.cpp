// SPDX-License-Identifier: MIT
// The allow and avoid of analyze commands on a board that has symmetries.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "command/gtp/transcripts.h"

namespace {

using Words = std::vector<std::string>;

// The variations in the last line of information that is written for a command on the empty 9x9 board.
std::vector<Words> variations_of(const std::string& command, std::string& played) {
    const std::string out = transcripts::run_gtp("boardsize 9\n" + command + "\nquit\n", "maxVisits=200").out;
    std::vector<Words> variations;
    for (const std::string& line : transcripts::lines_of(out)) {
        if (line.starts_with("play ")) played = line.substr(5);
        if (!line.starts_with("info ")) continue;
        variations.clear();
        bool in_pv = false;
        for (const std::string& word : transcripts::words_of(line)) {
            if (word == "info" || word.starts_with("isSymmetryOf")) in_pv = false;
            if (in_pv) variations.back().push_back(word);
            if (word != "pv") continue;
            in_pv = true;
            variations.emplace_back();
        }
    }
    return variations;
}

bool is_one_of(const std::string& move, const Words& moves) {
    return std::find(moves.begin(), moves.end(), move) != moves.end();
}

}  // namespace

TEST_CASE("gtp: a list of moves holds for copies by symmetry, whichever command it is given to") {
    if (transcripts::model().empty()) return;
    const Words black = {"C3", "D4", "E3"}, white = {"G7", "C7", "F4"};
    const std::string lists = " allow b C3,D4,E3 3 allow w G7,C7,F4 4";
    for (const std::string command :
         {"kata-genmove_analyze", "lz-genmove_analyze", "genmove_analyze", "kata-search_analyze"}) {
        std::string played;
        const std::vector<Words> variations = variations_of(command + " b 100" + lists, played);
        CHECK(!variations.empty());
        CHECK(is_one_of(played, black));
        for (const Words& pv : variations)
            for (size_t depth = 0; depth < pv.size() && depth < (depth % 2 == 0 ? 3 : 4); ++depth)
                CHECK(is_one_of(pv[depth], depth % 2 == 0 ? black : white));
    }
}

TEST_CASE("gtp: moves that one player is to avoid do not come back by symmetry") {
    if (transcripts::model().empty()) return;
    const Words listed = {"C3", "E5", "F4", "G6"};
    for (const std::string player : {"b", "w"}) {
        std::string played;
        for (const Words& pv : variations_of("kata-genmove_analyze b 100 avoid " + player + " C3,E5,F4,G6 7", played))
            for (size_t depth = player == "b" ? 0 : 1; depth < pv.size() && depth < 7; depth += 2)
                CHECK(!is_one_of(pv[depth], listed));
    }
}
