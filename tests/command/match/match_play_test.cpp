// SPDX-License-Identifier: MIT
#include "command/match/match_play.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>

#include "command/match/match_opening.h"
#include "core/error.h"
#include "core/file.h"
#include "game/sgf.h"
#include "search/stub_backend.h"

using namespace katago;

namespace {

BotSettings bot_of(const std::string& settings) {
    return read_bot_settings(Config::from_text("nnModelFile = none\nmaxVisits = 4\n" + settings, "test"), 0);
}

PlayedGame play(const GameStart& start, const BotSettings& a, const BotSettings& b) {
    const auto evaluator = stub::make_evaluator();
    const std::atomic<bool> stop = false;
    return *play_match_game(start, {MatchBot{a, *evaluator}, MatchBot{b, *evaluator}}, stop);
}

GameStart start_of(BoardHistory history) {
    GameStart start;
    start.history = std::move(history);
    start.max_moves = 60;
    start.seed = "test";
    return start;
}

MatchSettings settings_of(const std::string& text) {
    return read_match_settings(Config::from_text(text, "test"));
}

bool same_start(const BoardHistory& a, const BoardHistory& b) {
    return a.moves() == b.moves() && a.rules() == b.rules() && a.board().size() == b.board().size();
}

}  // namespace

TEST_CASE("match_play: a game ends with a result, and equal seeds give equal games") {
    const BotSettings bot = bot_of("");
    const PlayedGame first = play(start_of(stub::empty_board(5)), bot, bot);
    CHECK(first.history.finished());
    CHECK(first.efforts[0].moves + first.efforts[1].moves == static_cast<int64_t>(first.history.moves().size()));
    CHECK(first.efforts[0].playouts > 0);
    CHECK(play(start_of(stub::empty_board(5)), bot, bot).history.moves() == first.history.moves());
    GameStart other = start_of(stub::empty_board(5));
    other.seed = "other";
    CHECK(play(other, bot, bot).history.moves() != first.history.moves());
}

TEST_CASE("match_play: the bot that thinks its games lost resigns them") {
    // Every position counts as lost.
    const BotSettings gloomy = bot_of("allowResignation = true\nresignThreshold = 0\nresignConsecTurns = 2\n");
    const BotSettings firm = bot_of("");
    GameStart start = start_of(stub::empty_board(7));
    start.black_bot = 1;
    const PlayedGame game = play(start, gloomy, firm);
    REQUIRE(game.end == GameEnd::Resignation);
    CHECK(result_text(game.history) == "B+R");  // White is bot 0
    CHECK(game.efforts[0].moves >= 2);
}

TEST_CASE("match_play: at the move limit the board is scored as it stands") {
    const BotSettings bot = bot_of("");
    GameStart start = start_of(stub::empty_board(9));
    start.max_moves = 3;
    const PlayedGame game = play(start, bot, bot);
    CHECK(game.end == GameEnd::MoveLimit);
    CHECK(game.history.moves().size() == 3);
    CHECK(game.history.finished());
    CHECK(!result_text(game.history).empty());
}

TEST_CASE("match_play: a stopped game has no result") {
    const auto evaluator = stub::make_evaluator();
    const BotSettings bot = bot_of("");
    const std::atomic<bool> stop = true;
    CHECK(
        !play_match_game(start_of(stub::empty_board(9)), {MatchBot{bot, *evaluator}, MatchBot{bot, *evaluator}}, stop));
}

TEST_CASE("match_opening: a pair's opening depends on the seed and its number alone") {
    const MatchSettings settings = settings_of(
        "bSizes = 7,9\nkoRules = SIMPLE,SITUATIONAL\nkomiMean = 6\nkomiStdev = 3\npolicyInitAreaProp = 0.1");
    const MatchOpenings openings(settings, "seed");
    const MatchOpenings again(settings, "seed");
    const auto evaluator = stub::make_evaluator();
    const auto other_evaluator = stub::make_evaluator({.cache_size_power_of_two = 10});
    const BotSettings settings_of_bot = bot_of("");
    const MatchBot bot{settings_of_bot, *evaluator};
    const MatchBot other_bot{settings_of_bot, *other_evaluator};
    int same_as_next = 0;
    for (int64_t pair = 0; pair < 20; ++pair) {
        const BoardHistory opening = openings.make(pair, bot);
        CHECK(same_start(opening, again.make(pair, other_bot)));
        CHECK(!opening.finished());
        CHECK(komi_is_half_integer(static_cast<double>(opening.rules().komi)));
        same_as_next += same_start(opening, openings.make(pair + 1, bot)) ? 1 : 0;
    }
    CHECK(same_as_next < 5);
    CHECK(!same_start(openings.make(0, bot), MatchOpenings(settings, "other").make(0, bot)));
}

TEST_CASE("match_opening: fair komi is a half integer or integer that the network is content with") {
    const MatchOpenings openings(settings_of("bSizes = 9\nkomiAuto = true\ninitGamesWithPolicy = false"), "seed");
    const auto evaluator = stub::make_evaluator({.flat = true});
    const BotSettings settings_of_bot = bot_of("");
    const MatchBot bot{settings_of_bot, *evaluator};
    const BoardHistory opening = openings.make(0, bot);
    CHECK(opening.moves().empty());
    CHECK(komi_is_acceptable(static_cast<double>(opening.rules().komi)));
}

TEST_CASE("match_opening: recorded games give their first moves, each in its turn") {
    const auto folder = std::filesystem::temp_directory_path() / ("katago_match_opening_" + std::to_string(getpid()));
    std::filesystem::create_directories(folder / "more");
    write_file(folder / "a.sgf", "(;SZ[9];B[ee];W[ce];B[dd];W[cd])");
    write_file(folder / "more" / "b.sgf", "(;SZ[13];B[dd];W[jj];B[dj];W[jd])");
    write_file(folder / "notes.txt", "no game");
    const auto evaluator = stub::make_evaluator();
    const BotSettings settings_of_bot = bot_of("");
    const MatchBot bot{settings_of_bot, *evaluator};
    const std::string dir = "openingsDir = " + folder.string() + "\n";

    const MatchOpenings openings(settings_of(dir + "openingMoves = 3\nkomiMean = 6.5"), "seed");
    const BoardHistory first = openings.make(0, bot);
    const BoardHistory second = openings.make(1, bot);
    CHECK(first.moves().size() == 3);
    CHECK(first.rules().komi == 6.5f);
    CHECK(first.board().width() + second.board().width() == 22);
    CHECK(same_start(first, openings.make(2, bot)));
    CHECK(MatchOpenings(settings_of(dir), "seed").make(first.board().width() == 13 ? 1 : 0, bot).moves().size() == 4);

    CHECK(openings.warnings().empty());
    write_file(folder / "c.sgf", "(;SZ[9]KM[six];B[aa];AB[cc]AW[gg];B[ee];W[ff])");
    CHECK(MatchOpenings(settings_of(dir), "seed").warnings().size() == 2);

    write_file(folder / "bad\xFF.sgf", "(;SZ[9];B[");
    const MatchOpenings others(settings_of(dir + "openingMoves = 3"), "seed");
    REQUIRE(others.warnings().size() == 3);
    CHECK(others.warnings()[0].find("bad\xFF.sgf") != std::string::npos);
    for (const char* unplayable : {"(;SZ[9];B[aa];W[aa])", "(;SZ[9]AB[aa]AW[ab][ba];B[ee])", "(;SZ[9]AB[ee];W[ee])"}) {
        CAPTURE(unplayable);
        write_file(folder / "d.sgf", unplayable);
        const MatchOpenings playable(settings_of(dir + "openingMoves = 3"), "seed");
        REQUIRE(playable.warnings().size() == 4);
        CHECK(playable.warnings()[1].starts_with("left out: "));
        CHECK(playable.warnings()[1].find("d.sgf") != std::string::npos);
    }
    write_file(folder / "c.sgf", "(;SZ[9];B[];W[])");
    CHECK_THROWS_AS(MatchOpenings(settings_of(dir + "openingMoves = 3"), "seed"), ProtocolError);
    std::filesystem::remove_all(folder);
    CHECK_THROWS_AS(MatchOpenings(settings_of(dir), "seed"), IoError);
}
