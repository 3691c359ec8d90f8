// SPDX-License-Identifier: MIT
#include "engine/benchmark_positions.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>

#include "core/error.h"
#include "core/file.h"

using namespace katago;

TEST_CASE("benchmark positions: built-in positions exist for every size") {
    for (int length = 7; length <= 19; ++length) {
        const std::vector<BoardHistory> positions = benchmark_positions(length, 10);
        REQUIRE(positions.size() == 10);
        CHECK(positions.back().moves().size() > 15);
        CHECK(positions.back().board().width() == length);
    }
    CHECK_THROWS_AS(benchmark_positions(6, 10), UsageError);
    CHECK_THROWS_AS(benchmark_positions(20, 10), UsageError);
}

TEST_CASE("benchmark positions: positions of a game record keep its board, komi and moves") {
    const std::filesystem::path file =
        std::filesystem::temp_directory_path() / ("katago-benchmark-positions-" + std::to_string(getpid()) + ".sgf");
    write_file(file, "(;GM[1]SZ[9]KM[550]HA[2]AB[cc][gg];W[ee];B[ec];W[];B[])");
    std::vector<std::string> warnings;
    const std::vector<BoardHistory> positions = benchmark_positions_of(file, 5, warnings);
    std::filesystem::remove(file);
    CHECK(warnings == std::vector<std::string>{file.string() + ": KM[550] is read as hundredths: komi 5.5"});
    REQUIRE(positions.size() == 5);
    CHECK(positions[0].moves().empty());
    CHECK(positions[2].moves().size() == 2);
    CHECK(positions[2].next_player() == Color::White);
    CHECK(positions[4].rules().komi == 5.5f);
    CHECK(positions[4].board().width() == 9);
}
