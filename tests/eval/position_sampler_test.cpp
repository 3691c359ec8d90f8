// SPDX-License-Identifier: MIT
#include "eval/position_sampler.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <map>

#include "core/digest.h"
#include "core/error.h"
#include "core/file.h"
#include "golden.h"

using namespace katago;
namespace fs = std::filesystem;

namespace {

// A folder of records that goes away.
class Folder {
  public:
    Folder() : path_(fs::temp_directory_path() / ("katago_sampler_" + std::to_string(++made_))) {
        fs::remove_all(path_);
        fs::create_directories(path_ / "deeper");
    }
    ~Folder() { fs::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    void add(const std::string& name, const std::string& text) const { write_file(path_ / name, text); }
    std::vector<fs::path> paths() const { return {path_}; }
    const fs::path& path() const { return path_; }

  private:
    static inline int made_ = 0;
    fs::path path_;
};

// A game on the first line: `moves` moves from the left to the right.
std::string game_of(int moves, int length, const std::string& root = "") {
    std::string text = "(;SZ[" + std::to_string(length) + "]" + root;
    for (int i = 0; i < moves; ++i) {
        text += i % 2 == 0 ? ";B[" : ";W[";
        text += static_cast<char>('a' + i);
        text += i % 2 == 0 ? "a]" : "c]";
    }
    return text + ")";
}

std::vector<size_t> lengths(const SampledPositions& sampled) {
    std::vector<size_t> found;
    for (const SampledPosition& position : sampled.positions) found.push_back(position.history.moves().size());
    return found;
}

bool mentions(const std::vector<std::string>& texts, const std::string& part) {
    return std::any_of(texts.begin(), texts.end(), [&](const auto& t) { return t.find(part) != std::string::npos; });
}

}  // namespace

TEST_CASE("sampler: draws from all games and all of their phases, the same for the same seed") {
    Folder folder;
    folder.add("a.sgf", game_of(9, 9));
    folder.add("deeper/b.sgf", game_of(12, 13, "RU[Japanese]KM[6.5]"));
    folder.add("c.txt", "not a record, and not looked at");
    const SampledPositions sampled = sample_positions(folder.paths(), 10, /*seed=*/7);
    REQUIRE(sampled.positions.size() == 10);
    REQUIRE(sampled.games.size() == 2);
    for (const SampledGame& game : sampled.games) {
        CHECK(game.positions == 5);
        CHECK(game.sha256 == to_hex(sha256(read_file(game.file))));
    }
    CHECK(sampled.warnings.empty());
    std::array<int, 2> early{}, late{};
    for (const SampledPosition& position : sampled.positions) {
        const bool small = position.history.board().size() == BoardSize{9, 9};
        CHECK(position.history.rules().komi == (small ? 7.5f : 6.5f));
        CHECK(position.symmetry >= 0);
        CHECK(position.symmetry < 8);
        const size_t moves = position.history.moves().size(), all = small ? 9 : 12;
        ++(2 * moves < all ? early : late)[small];
    }
    CHECK(early[0] >= 2);
    CHECK(early[1] >= 2);
    CHECK(late[0] >= 2);
    CHECK(late[1] >= 2);
    CHECK(lengths(sample_positions(folder.paths(), 10, 7)) == lengths(sampled));
    bool other = false;
    for (uint64_t seed = 8; seed < 12 && !other; ++seed)
        other = lengths(sample_positions(folder.paths(), 10, seed)) != lengths(sampled);
    CHECK(other);
}

TEST_CASE("sampler: where one game is short the others give more, and no position comes twice") {
    Folder folder;
    folder.add("short.sgf", game_of(1, 9));
    folder.add("long.sgf", game_of(9, 9, "C[long]"));
    const SampledPositions sampled = sample_positions(folder.paths(), 100, 1);
    CHECK(sampled.positions.size() == 2 + 10);
    std::map<int, std::vector<size_t>> moves;
    for (const SampledPosition& position : sampled.positions)
        moves[position.game].push_back(position.history.moves().size());
    for (auto& [game, numbers] : moves) {
        std::sort(numbers.begin(), numbers.end());
        CHECK(std::adjacent_find(numbers.begin(), numbers.end()) == numbers.end());
    }
    CHECK(sample_positions(folder.paths(), 1, 1).positions.size() == 1);
}

TEST_CASE("sampler: reads variations and handicap, and stops before the end of the game") {
    Folder folder;
    folder.add("tree.sgf", "(;SZ[9]HA[2]AB[cc][gg];W[ee](;B[ec];W[ce])(;B[ge];W[eg];B[];W[]))");
    const SampledPositions sampled = sample_positions(folder.paths(), 100, 1);
    std::vector<size_t> found = lengths(sampled);
    std::sort(found.begin(), found.end());
    // The root, the first move, two of the first line, three of the second: not the position after two passes.
    CHECK(found == std::vector<size_t>{0, 1, 2, 2, 3, 3, 4});
    for (const SampledPosition& position : sampled.positions)
        CHECK(position.history.initial_board().count(Color::Black) == 2);
}

TEST_CASE("sampler: leaves out damaged, excluded and repeated records, and says so") {
    Folder folder;
    const std::string good = game_of(5, 9), excluded = game_of(6, 9);
    folder.add("good.sgf", good);
    folder.add("copy.sgf", good);
    folder.add("excluded.sgf", excluded);
    folder.add("cut.sgf", good.substr(0, good.size() - 1));
    folder.add("occupied.sgf", "(;SZ[9];B[aa];W[aa])");
    folder.add("huge.sgf", game_of(5, 25));
    folder.add("rules.sgf", game_of(4, 9, "RU[of thumb]"));
    folder.add("half.sgf", "(;SZ[9];B[aa](;W[aa])(;W[bb];B[cc]))");
    SamplerOptions options;
    options.excluded_sha256 = {to_hex(sha256(excluded))};
    const SampledPositions sampled = sample_positions(folder.paths(), 1000, 1, options);
    CHECK(sampled.games.size() == 3);  // good or its copy, rules, half
    CHECK(sampled.positions.size() == 6 + 5 + 4);
    CHECK(sampled.excluded_games == 1);
    CHECK(sampled.warnings.size() == 5);
    CHECK(mentions(sampled.warnings, "cut.sgf: line 1"));
    CHECK(mentions(sampled.warnings, "occupied.sgf: move 2, A9"));
    CHECK(mentions(sampled.warnings, "huge.sgf: board size SZ[25]"));
    CHECK(mentions(sampled.warnings, "rules.sgf: Could not parse rules"));
    CHECK(mentions(sampled.warnings, "half.sgf: move 2, A9"));
}

TEST_CASE("sampler: says once for a record what all of its variations share") {
    Folder folder;
    folder.add("komi.sgf", "(;SZ[9]KM[375]RU[Chinese];B[aa](;W[cc])(;W[bb];B[cc])(;W[dd]))");
    const SampledPositions sampled = sample_positions(folder.paths(), 1000, 1);
    CHECK(sampled.warnings.size() == 1);
    CHECK(mentions(sampled.warnings, "komi.sgf: KM[375] is read as hundredths: komi 7.5"));
    for (const SampledPosition& position : sampled.positions) CHECK(position.history.rules().komi == 7.5F);
}

TEST_CASE("sampler: nothing to draw from is an error that says why") {
    Folder folder;
    CHECK_THROWS_WITH_AS(sample_positions(folder.paths(), 5, 1),
                         doctest::Contains("no positions: 0 game records found"), IoError);
    folder.add("bad.sgf", "(;SZ[9];B[zz])");
    CHECK_THROWS_WITH_AS(sample_positions(folder.paths(), 5, 1), doctest::Contains("bad.sgf: 'zz' is not a point"),
                         IoError);
    CHECK_THROWS_AS(sample_positions(std::vector{folder.path() / "missing"}, 5, 1), IoError);
}

TEST_CASE("sampler: reference games of all sizes") {
    const fs::path games = golden::find("games");
    if (games.empty()) return;
    const SampledPositions sampled = sample_positions(std::vector{games}, 900, 3);
    CHECK(sampled.positions.size() == 900);
    CHECK(sampled.games.size() == 145);
    CHECK(sampled.warnings.empty());
}
