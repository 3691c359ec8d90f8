// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "command/gtp/transcripts.h"

using namespace katago;

TEST_CASE("gtp: genmove_debug tells the search on stderr, the chosen point marked") {
    if (transcripts::model().empty()) return;
    const auto output = transcripts::run_gtp("boardsize 9\nplay b E5\ngenmove_debug w\n", "maxVisits=10");
    for (const char* piece : {"MoveNum: 1 HASH: ", " @ ", "\nTime taken: ", "\nRoot visits: ", "\nNew playouts: ",
                              "\nNN rows: ", "\nPV: ", "\nTree:\n"})
        CHECK_MESSAGE(output.err.find(piece) != std::string::npos, piece);
}

TEST_CASE("gtp: debug_moves follows a sequence, and shows the raw network on demand") {
    if (transcripts::model().empty()) return;
    const std::string set_up = "boardsize 9\nkata-search b\n";
    const std::string all = transcripts::run_gtp(set_up + "debug_moves\n", "maxVisits=20").out;
    CHECK(all.find("---White(^)---\n") != std::string::npos);
    CHECK(all.find("---White(^)---\n\n") == std::string::npos);
    const std::string branch = transcripts::run_gtp(set_up + "debug_moves A1 A2\n", "maxVisits=20").out;
    CHECK(branch.find("MoveNum: 2 ") != std::string::npos);
    CHECK(branch.ends_with("---White(^)---\n\n"));
    const std::string raw = transcripts::run_gtp(set_up + "debug_moves rawstats\n", "maxVisits=20").out;
    CHECK(raw.find("\nSymmetry 7 winloss ") != std::string::npos);
    CHECK(transcripts::run_gtp("debug_moves Z99\n").out == "? Invalid move sequence\n\n");
}
