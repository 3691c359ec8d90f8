// SPDX-License-Identifier: MIT
#include "play/handicap.h"

#include <doctest/doctest.h>

using namespace katago;

namespace {

constexpr double kCap = 0.045;

BoardHistory game(int length, float komi) {
    Rules rules;
    rules.komi = komi;
    return BoardHistory(Board({length, length}), Color::Black, rules);
}

// A game in which Black begins with so many stones in a row, and White has answered.
BoardHistory handicap_game(int stones) {
    BoardHistory history = game(19, 0.5f);
    history.set_assume_handicap(true);
    for (int i = 0; i < stones; ++i) history.make_move(point_at(3 + 3 * i, 3), Color::Black);
    history.make_move(point_at(15, 15), Color::White);
    return history;
}

WinLossRecord record_of(double white_value) {
    WinLossRecord record;
    record.add(white_value);
    return record;
}

}  // namespace

TEST_CASE("handicap: the advantage counts stones and komi") {
    CHECK(initial_black_advantage(game(19, 7.5f)) == doctest::Approx(-0.5));
    CHECK(initial_black_advantage(game(19, 0.5f)) == doctest::Approx(6.5));
    CHECK(initial_black_advantage(handicap_game(3)) > 30);
    CHECK(disadvantaged_player(game(19, 7.5f)) == Color::Black);
    CHECK(disadvantaged_player(game(19, 0.5f)) == Color::White);
}

TEST_CASE("handicap: only the weaker side of an uneven game faces it") {
    CHECK(!faces_handicap(game(19, 7.5f), Color::Black));
    CHECK(!faces_handicap(game(19, 7.5f), Color::White));
    CHECK(faces_handicap(handicap_game(3), Color::White));
    CHECK(!faces_handicap(handicap_game(3), Color::Black));
    CHECK(faces_handicap(game(19, 40), Color::Black));
}

TEST_CASE("handicap: the playout doubling advantage begins at its cap, and even games have none") {
    CHECK(next_playout_doubling_advantage(game(19, 7.5f), {}, kCap, 0) == 0);
    const double cap = next_playout_doubling_advantage(handicap_game(3), {}, kCap, 0);
    CHECK(cap > 0.5);
    CHECK(cap <= 2.75);
    CHECK(next_playout_doubling_advantage(handicap_game(3), {}, 0, 0) == 0);
    CHECK(next_playout_doubling_advantage(game(7, 40), {}, kCap, 0) == 0);
}

TEST_CASE("handicap: the playout doubling advantage grows in lost games and shrinks in hopeful ones") {
    const BoardHistory history = handicap_game(3);
    const double cap = next_playout_doubling_advantage(history, {}, kCap, 0);
    const auto next = [&](double white_value, double current) {
        return next_playout_doubling_advantage(history, record_of(white_value), kCap, current);
    };
    CHECK(next(-0.95, 0.5) == 0.625);
    CHECK(next(-0.7, 0.5) == 0.5);
    CHECK(next(-0.3, 0.5) == 0.375);
    CHECK(next(-0.95, cap) == cap);
    CHECK(next(0.9, 0) == 0);
}
