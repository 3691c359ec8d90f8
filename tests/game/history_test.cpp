// SPDX-License-Identifier: MIT
#include "game/history.h"

#include <doctest/doctest.h>

#include <string>

#include "game/state_hash.h"

using namespace katago;

namespace {

constexpr BoardSize kFive{5, 5};
constexpr BoardSize kNine{9, 9};

BoardHistory game(BoardSize size, const char* rules) {
    return {Board(size), Color::Black, parse_rules(rules, KomiInText::Allowed)};
}

void play(BoardHistory& history, std::initializer_list<const char*> vertices,
          PhaseAdvance advance = PhaseAdvance::Allowed) {
    for (const char* vertex : vertices)
        history.make_move(*parse_vertex(vertex, history.board().size()), history.next_player(), advance);
}

// Rows from the top, X black and O white; a move by `next` follows.
BoardHistory position(std::initializer_list<const char*> rows, Player next, const char* rules) {
    const auto height = static_cast<int>(rows.size());
    const auto width = static_cast<int>(std::string(*rows.begin()).size());
    std::vector<Stone> stones;
    int y = 0;
    for (const std::string row : rows) {
        for (int x = 0; x < width; x++) {
            const char cell = row[static_cast<size_t>(x)];
            if (cell == 'X') stones.push_back({point_at(x, y), Color::Black});
            if (cell == 'O') stones.push_back({point_at(x, y), Color::White});
        }
        y++;
    }
    Board board({width, height});
    REQUIRE(board.set_strictly(stones));
    return {board, next, parse_rules(rules, KomiInText::Allowed)};
}

std::string situation(const char* rules, double draw_wins) {
    return to_string(situation_rules_hash(game(kNine, rules), draw_wins, false));
}

const std::initializer_list<const char*> kSendTwoReturnOne = {".X.O.", "XXXOO", ".XOO.", "XXO.O", ".O.OO"};

}  // namespace

TEST_CASE("history: two passes end a game by area") {
    BoardHistory history = game(kFive, "tromp-taylor");
    play(history, {"C3", "pass"});
    CHECK(history.pass_would_end_game());
    play(history, {"pass"});
    CHECK(history.finished());
    CHECK(history.winner() == Color::Black);
    CHECK(history.white_score() == -17.5f);
    history.set_komi(30.0f);
    CHECK(history.white_score() == 5.0f);
    CHECK(history.winner() == Color::White);
}

TEST_CASE("history: territory scoring goes through both cleanup phases") {
    BoardHistory history = game(kFive, "japanese");
    play(history, {"C3", "pass", "pass"});
    CHECK(history.phase() == 1);
    CHECK(history.white_bonus() == 1.0f);
    play(history, {"B2", "pass", "pass"});
    CHECK(history.phase() == 2);
    CHECK(history.white_bonus() == 0.0f);
    play(history, {"D4", "pass", "pass"});
    CHECK(history.finished());
    CHECK(history.white_score() == 6.5f);
}

TEST_CASE("history: a phase that may not advance is only marked as past its end") {
    BoardHistory history = game(kFive, "japanese");
    play(history, {"C3", "pass", "pass"}, PhaseAdvance::Prevented);
    CHECK(history.phase() == 0);
    CHECK(history.past_phase_end());
    CHECK_FALSE(history.finished());
    CHECK(history.valid_turns_this_phase() == 1);
    CHECK(history.pass_would_end_phase());
    CHECK_FALSE(history.pass_would_end_game());
}

TEST_CASE("history: superko forbids what the ko rule says it does") {
    const auto bans_return = [](const char* rules) {
        BoardHistory history = position(kSendTwoReturnOne, Color::White, rules);
        play(history, {"A1", "C1"});
        return !history.is_legal(point_at(1, 4), Color::White);
    };
    CHECK(bans_return("koPOSITIONAL"));
    CHECK(bans_return("koSPIGHT"));
    CHECK_FALSE(bans_return("koSIMPLE"));
    CHECK_FALSE(bans_return("koSITUATIONAL"));
}

TEST_CASE("history: passing again in the same state ends the game under simple ko") {
    BoardHistory history = position(kSendTwoReturnOne, Color::White, "koSIMPLE komi7.5");
    play(history, {"A1", "C1", "B1", "pass", "A1", "C1", "B1"});
    CHECK_FALSE(history.finished());
    CHECK(history.pass_would_end_phase());
    play(history, {"pass"});
    CHECK(history.finished());
    CHECK(history.white_score() == 12.5f);
}

TEST_CASE("history: the first pass takes the button") {
    BoardHistory history = game(kFive, "aga-button");
    play(history, {"C3", "pass"});
    CHECK_FALSE(history.has_button());
    CHECK(history.white_bonus() == 0.5f);
    CHECK(history.consecutive_ending_passes() == 0);
    play(history, {"pass"});
    CHECK_FALSE(history.finished());
    play(history, {"pass"});
    CHECK(history.white_score() == -17.5f);
}

TEST_CASE("history: a ko taken in cleanup is blocked, and taken once only in one position") {
    BoardHistory history = position({".XO..", "XO.O.", ".XO..", ".....", "....."}, Color::Black, "japanese");
    play(history, {"pass", "pass"});
    REQUIRE(history.phase() == 1);
    play(history, {"C4"});
    const Point taken = point_at(1, 1);
    const Point taker = point_at(2, 1);
    CHECK(history.recapture_blocked()[taker]);
    CHECK(history.is_pass_for_ko(taken, Color::White));
    CHECK(history.is_pass_for_ko(taker, Color::White));
    CHECK(history.is_legal(taker, Color::White));
    play(history, {"C4", "pass", "B4", "C4", "pass"});
    CHECK(history.recapture_blocked().none());
    CHECK_FALSE(history.is_legal(taker, Color::Black));
    CHECK(history.is_tolerated(taker, Color::Black));
}

TEST_CASE("history: play out of turn is recorded, a restart forgets the past") {
    BoardHistory history = game(kNine, "chinese");
    history.set_assume_handicap(true);
    play(history, {"C3"});
    history.make_move(*parse_vertex("D4", kNine), Color::Black);
    CHECK(history.white_handicap_bonus() == 2.0f);
    CHECK(history.consecutive_valid_turns() == 0);
    CHECK(history.next_player() == Color::White);
    CHECK(history.board_ago(2).is_empty());
    history.restart(Color::White);
    CHECK(history.moves().empty());
    CHECK(history.board().count(Color::Black) == 2);
    CHECK(history.board_ago(2).count(Color::Black) == 2);
    CHECK(history.white_handicap_bonus() == 2.0f);
}

TEST_CASE("history: handicap stones are counted from moves and set-up") {
    BoardHistory history = game(kNine, "chinese");
    history.set_assume_handicap(true);
    play(history, {"C3", "pass", "D4"});
    CHECK(history.handicap_stones() == 2);
    history.set_assume_handicap(false);
    CHECK(history.handicap_stones() == 0);
    CHECK(history.handicap_stones_for_record() == 2);
    history.set_handicap_override(5);
    CHECK(history.white_handicap_bonus() == 5.0f);
}

TEST_CASE("history: self komi weighs draws where the result can be one") {
    CHECK(game(kNine, "komi7").self_komi(Color::White, 0.7) == doctest::Approx(7.2));
    CHECK(game(kNine, "komi7").self_komi(Color::Black, 0.7) == doctest::Approx(-7.2));
    CHECK(game(kNine, "komi7.5").self_komi(Color::White, 0.7) == 7.5f);
    CHECK(game(kNine, "komi7button1").self_komi(Color::White, 0.7) == 7.0f);
}

TEST_CASE("history: hashes of states are KataGo's") {
    CHECK(situation("tromp-taylor", 0.5) == "D23AE28BD2221EEEE49DAB2F8124DD8B");
    CHECK(situation("japanese", 0.5) == "9DE1B049F0F5F0E4B2016530348F4809");
    CHECK(situation("chinese", 0.5) == "818641BC7DCDC003ECE5AEAE57D8FC25");
    CHECK(situation("aga-button", 0.5) == "8549E6534A51F7BC5F0AC1B44D510BF0");
    CHECK(situation("komi7", 0.7) == "1321D6445D5BF19F07D9964D387D4400");
}

TEST_CASE("history: graph hashes join transpositions in the open and part lines near repetition") {
    const auto hash_after = [](std::initializer_list<const char*> vertices) {
        BoardHistory history = game(kNine, "tromp-taylor");
        play(history, vertices);
        return graph_hash_from_start(history, /*repetition_bound=*/11, 0.5);
    };
    CHECK(hash_after({"C3", "D4", "E5"}) == hash_after({"E5", "D4", "C3"}));
    CHECK(hash_after({"C3", "pass"}) != hash_after({"C3"}));
    const auto bound_hash = [](std::initializer_list<const char*> vertices) {
        BoardHistory history = game(kFive, "tromp-taylor");
        play(history, vertices);
        return graph_hash_from_start(history, /*repetition_bound=*/30, 0.5);
    };
    CHECK(bound_hash({"C3", "D4", "E5"}) != bound_hash({"E5", "D4", "C3"}));
}

TEST_CASE("history: a settled game can be ended at once") {
    BoardHistory history = position({".X.XO", "XXXXO", "OOOOO", ".O.O.", "OOOOO"}, Color::Black, "tromp-taylor");
    CHECK(history.is_settled());
    history.finish_settled();
    CHECK(history.finished());
    CHECK(history.white_score() == 17.0f - 8.0f + 7.5f);
    CHECK_FALSE(game(kNine, "japanese").is_settled());
}

TEST_CASE("history: resignation decides without a score") {
    BoardHistory history = game(kNine, "chinese");
    history.finish_by_resignation(Color::White);
    CHECK(history.finished());
    CHECK(history.resigned());
    CHECK_FALSE(history.scored());
    CHECK(history.winner() == Color::White);
}
