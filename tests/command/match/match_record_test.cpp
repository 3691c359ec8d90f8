// SPDX-License-Identifier: MIT
#include "command/match/match_record.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include "command/match/match_report.h"
#include "core/error.h"
#include "core/file.h"
#include "report/progress_bar.h"

using namespace katago;

namespace {

GameRecord sample(int64_t number, Outcome outcome) {
    GameRecord record;
    record.number = number;
    record.black_bot = static_cast<size_t>(number % 2);
    record.outcome = outcome;
    record.end = GameEnd::Resignation;
    record.result = "B+R";
    record.board_size = 9;
    record.komi = 7.5f;
    record.moves = 41;
    record.efforts = {BotEffort{20, 800, 1.25}, BotEffort{21, 840, 1.5}};
    return record;
}

// A folder that is gone afterwards.
struct TestFolder {
    std::filesystem::path path =
        std::filesystem::temp_directory_path() / ("katago_match_record_" + std::to_string(getpid()));
    TestFolder() { std::filesystem::remove_all(path); }
    ~TestFolder() { std::filesystem::remove_all(path); }
};

const MatchFolder::Identity kIdentity{.seed = "s", .settings = {"maxVisits = 5", "rules = aga"}};

}  // namespace

TEST_CASE("match_record: a line says all of a game") {
    const GameRecord record = sample(7, Outcome::Loss);
    const GameRecord again = parse_record_line(record_line(record));
    CHECK(record_line(again) == record_line(record));
    CHECK(again.number == 7);
    CHECK(again.black_bot == 1);
    CHECK(again.outcome == Outcome::Loss);
    CHECK(again.end == GameEnd::Resignation);
    CHECK(again.komi == 7.5f);
    CHECK(again.efforts[1].playouts == 840);
    CHECK(again.efforts[1].seconds == 1.5);
    for (const char* line : {"", "7", "x\ta\twin", "7\tc\twin\tscore\tB+1\t9\t7.5\t1\t1\t1\t1\t1\t1\t1"}) {
        CHECK_THROWS_AS(parse_record_line(line), ProtocolError);
    }
    CHECK_THROWS_AS(parse_record_line(record_line(record) + "\t1"), ProtocolError);
}

TEST_CASE("match_record: a folder gives back what was played, and drops a line cut short") {
    const TestFolder folder;
    {
        MatchFolder first(folder.path, {.seed = "", .settings = kIdentity.settings});
        CHECK(!first.seed().empty());
    }
    std::filesystem::remove_all(folder.path);
    {
        MatchFolder first(folder.path, kIdentity);
        first.add(sample(1, Outcome::Win), "(;FF[4])");
        first.add(sample(0, Outcome::Draw), "(;FF[4])");
    }
    const auto results = folder.path / "results.tsv";
    write_file(results, read_file(results) + record_line(sample(2, Outcome::Win)).substr(0, 20));
    {
        MatchFolder second(folder.path, {.seed = "", .settings = kIdentity.settings});
        CHECK(second.seed() == "s");
        REQUIRE(second.records().size() == 2);
        CHECK(second.records()[0].number == 1);
        second.add(sample(2, Outcome::Loss), "(;FF[4])");
    }
    const MatchFolder third(folder.path, kIdentity);
    CHECK(third.records().size() == 3);
    CHECK_THROWS_AS(MatchFolder(folder.path, kIdentity), UsageError);  // in use
    CHECK(read_file(folder.path / "games" / "000002.sgf") == "(;FF[4])\n");
}

TEST_CASE("match_record: a folder of another match is refused") {
    const TestFolder folder;
    { MatchFolder(folder.path, {.seed = "", .settings = {"maxVisits = 1"}}); }  // nothing played yet
    { MatchFolder(folder.path, kIdentity).add(sample(0, Outcome::Win), "(;)"); }
    try {
        MatchFolder(folder.path, {.seed = "s", .settings = {"maxVisits = 6", "rules = aga"}});
        FAIL("accepted");
    } catch (const UsageError& error) {
        CHECK(std::string(error.what()).find("now maxVisits = 6") != std::string::npos);
    }
    CHECK_THROWS_AS(MatchFolder(folder.path, {.seed = "t", .settings = kIdentity.settings}), UsageError);
    CHECK_THROWS_AS(MatchFolder(folder.path, {.seed = "", .settings = {"rules = aga"}}), UsageError);

    const auto results = folder.path / "results.tsv";
    write_file(results, read_file(results) + record_line(sample(0, Outcome::Win)) + "\n");
    CHECK_THROWS_AS(MatchFolder(folder.path, kIdentity), ProtocolError);
}

TEST_CASE("match_record: results go to a regular file only") {
    const TestFolder folder;
    std::filesystem::create_directories(folder.path);
    std::filesystem::create_symlink("/dev/full", folder.path / "results.tsv");
    CHECK_THROWS_WITH_AS(MatchFolder(folder.path, kIdentity), doctest::Contains("this is a device"), IoError);
    std::filesystem::remove(folder.path / "results.tsv");
    std::filesystem::create_symlink("elsewhere.tsv", folder.path / "results.tsv");
    { MatchFolder(folder.path, kIdentity).add(sample(0, Outcome::Win), "(;)"); }
    CHECK(std::filesystem::is_symlink(folder.path / "results.tsv"));
    CHECK(MatchFolder(folder.path, kIdentity).records().size() == 1);
    CHECK(read_file(folder.path / "elsewhere.tsv").find("\twin\t") != std::string::npos);
}

TEST_CASE("match_report: progress and result are told from the first bot's side") {
    std::vector<GameRecord> records;
    for (int64_t i = 0; i < 60; ++i) records.push_back(sample(i, i < 40 ? Outcome::Win : Outcome::Loss));
    MatchStatus status{.records = records,
                       .names = {"New", "Old"},
                       .num_games = 100,
                       .sprt = SprtOptions{.elo0 = 0, .elo1 = 50},
                       .seconds_left = 75};
    CHECK(progress_text(status) ==
          "Game 60/100  New 40 - 20 Old (+40 =0 -20)  Elo +120 [+28, +213]  LLR 2.26 (-2.94, 2.94)  at most 1:15 left");
    const std::string report = report_text(status);
    CHECK(report.find("New as Black    +20 =0 -10, 66.7 % +- 8.6\n") != std::string::npos);
    CHECK(report.find("undecided between H0 (+0 Elo) and H1 (+50 Elo)") != std::string::npos);
    CHECK(report.find("A move of New   40.0 playouts, 0.062 s\n") != std::string::npos);
    status.sprt = SprtOptions{.elo0 = 0, .elo1 = 100};
    CHECK(report_text(status).find("H1 (+100 Elo) accepted, H0 (+0 Elo) rejected") != std::string::npos);
    status.records = {};
    CHECK(report_text(status) == "No game was finished.\n");
    CHECK(elo_text(-0.4) == "+0");
    CHECK(duration_text(3723) == "1:02:03");
}
