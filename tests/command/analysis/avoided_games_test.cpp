// SPDX-License-Identifier: MIT
#include "play/avoided_games.h"

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <sstream>
#include <string>

#include "command/analysis/analysis_host.h"
#include "command/tiny_model.h"
#include "core/error.h"
#include "core/file.h"

using namespace katago;

namespace {

// Game records in a folder of their own, the later ones newer.
class Records {
  public:
    Records() : folder_("avoided-games") {}

    void add(const std::string& name, const std::string& text) {
        const std::string file = folder_.file(name);
        write_file(file, text);
        const auto start = std::filesystem::file_time_type::clock::now() - std::chrono::hours(100);
        std::filesystem::last_write_time(file, start + std::chrono::hours(++files_));
    }
    std::string keys(const std::string& more = "", const std::string& prefix = "avoidSgfPattern") const {
        return prefix + "Utility = 0.1\n" + prefix + "Dirs = " + folder_.file("") + "\n" + more;
    }
    std::string folder() const { return folder_.file(""); }
    std::shared_ptr<const PatternBonuses> read(const std::string& text) {
        Logger log(LogOptions{}, {&log_text}, log_text);
        return read_avoided_games(Config::from_text(text, "test"), log);
    }

    std::ostringstream log_text;

  private:
    TinyModel folder_;
    int files_ = 0;
};

// What White's utility gains by a first move on an empty 9x9 board.
double first_move(const PatternBonuses& bonuses, int x, int y, Player player) {
    return bonuses.white_utility(PatternBonuses::key_of(Board({9, 9}), point_at(x, y), player));
}

}  // namespace

TEST_CASE("avoided games: moves of records count against whoever plays them, newer ones for more") {
    Records records;
    CHECK(records.read("maxVisits = 1\n") == nullptr);
    records.add("old.sgf", "(;SZ[9];B[cc])");
    records.add("new.sgf", "(;SZ[9]KM[650];B[cd](;W[gg])(;W[gf]))");
    records.add("broken.sgf", "(;SZ[9];B[");
    std::filesystem::create_symlink("circle.sgf", records.folder() + "circle.sgf");
    records.add("notes.txt", "no record");
    const auto bonuses = records.read(records.keys("avoidSgfPatternLambda = 0.5\n"));
    REQUIRE(bonuses);
    // The broken one is the newest.
    CHECK(first_move(*bonuses, 2, 3, Color::Black) == doctest::Approx(0.05));
    CHECK(first_move(*bonuses, 3, 6, Color::White) == doctest::Approx(-0.05));
    CHECK(first_move(*bonuses, 2, 2, Color::Black) == doctest::Approx(0.025));
    CHECK(first_move(*bonuses, 4, 4, Color::Black) == 0);
    CHECK(records.log_text.str().find("broken.sgf") != std::string::npos);
    const std::string said = records.log_text.str();
    CHECK(said.find("new.sgf: KM[650] is read as hundredths: komi 6.5") != std::string::npos);
    CHECK(said.find("new.sgf") == said.rfind("new.sgf"));  // though both of its lines have it
    CHECK(records.log_text.str().find("avoidSgf: avoiding the moves of 2 game records") != std::string::npos);
}

TEST_CASE("avoided games: files, turns, players and single moves can be left out") {
    Records records;
    records.add("a.sgf", "(;SZ[9]PB[me]PW[you];B[cc]C[%SKIP%])");
    records.add("b.sgf", "(;SZ[9]PB[me]PW[you];B[cd]C[a fine move];W[])");
    const auto all = records.read(records.keys());
    CHECK(first_move(*all, 2, 2, Color::Black) == 0);
    CHECK(first_move(*all, 2, 3, Color::Black) == doctest::Approx(0.1));
    CHECK(records.read(records.keys("avoidSgfPatternAllowedNames = x, you\n")) == nullptr);
    CHECK(records.read(records.keys("avoidSgfPatternAllowedNames = x, me\n")) != nullptr);
    CHECK(records.read(records.keys("avoidSgfPatternMinTurnNumber = 1\n")) == nullptr);
    records.add("c.sgf", "(;SZ[9];B[dd])");
    const auto newest = records.read(records.keys("avoidSgfPatternMaxFiles = 1\n"));
    CHECK(first_move(*newest, 3, 3, Color::Black) == doctest::Approx(0.1));
    CHECK(first_move(*newest, 2, 3, Color::Black) == 0);
}

TEST_CASE("avoided games: several groups of keys add up, and wrong ones are refused") {
    Records records;
    records.add("a.sgf", "(;SZ[9];B[cc])");
    const auto twice = records.read(records.keys() + records.keys("", "avoidSgf2Pattern"));
    CHECK(first_move(*twice, 2, 2, Color::Black) == doctest::Approx(0.2));
    // A gap ends the list.
    CHECK(first_move(*records.read(records.keys() + records.keys("", "avoidSgf3Pattern")), 2, 2, Color::Black) ==
          doctest::Approx(0.1));
    CHECK_THROWS_AS(records.read("avoidSgfPatternUtility = 0.1\n"), ConfigError);
    CHECK_THROWS_AS(records.read("avoidSgfPatternUtility = 4\navoidSgfPatternDirs = a\n"), ConfigError);
    CHECK_THROWS_AS(records.read("avoidSgfPatternUtility = 1\navoidSgfPatternDirs = /nowhere/at/all\n"), IoError);
}

TEST_CASE("avoided games: the analysis engine turns away from a move that a record has") {
    if (analysis_host::tiny_model().empty()) return;
    const auto best_move = [](const std::string& overrides) {
        analysis_host::Host host(analysis_host::tiny_model(), overrides);
        host.send(analysis_host::query("q", 60));
        host.session->finish();
        return host.replies.of("q").back()["moveInfos"][0]["move"].get<std::string>();
    };
    const std::string usual = best_move("");
    const Point point = parse_vertex(usual, {9, 9}).value();
    REQUIRE(point != kPass);
    Records records;
    const char first = 'a';
    records.add("a.sgf", std::string("(;SZ[9];B[ee];W[cg];B[") + static_cast<char>(first + x_of(point)) +
                             static_cast<char>(first + y_of(point)) + "])");
    const std::string other = best_move("avoidSgfPatternUtility=3,avoidSgfPatternDirs=" + records.folder());
    CHECK(other != usual);
}
