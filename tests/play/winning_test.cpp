// SPDX-License-Identifier: MIT
#include "play/winning.h"

#include <doctest/doctest.h>

using namespace katago;

namespace {

WinLossRecord record_of(std::initializer_list<double> white_values) {
    WinLossRecord record;
    for (const double value : white_values) record.add(value);
    return record;
}

// A 9x9 game of some moves, with Black, who has the first, or White to move.
BoardHistory game(int moves, float komi = 7.5f) {
    Rules rules;
    rules.komi = komi;
    BoardHistory history(Board({9, 9}), Color::Black, rules);
    for (int i = 0; i < moves; ++i) history.make_move(point_at(i % 9, i / 9 * 2), history.next_player());
    return history;
}

PlayerSettings resigning() {
    PlayerSettings settings;
    settings.allow_resignation = true;
    settings.resign_threshold = -0.9;
    settings.resign_consec_turns = 2;
    return settings;
}

}  // namespace

TEST_CASE("winning: a search is cut short as far as the last moves were won") {
    PlayerSettings settings;
    settings.search_factor_when_winning = 0.4;
    settings.search_factor_when_winning_threshold = 0.9;
    CHECK(search_factor(settings, record_of({1, 1}), Color::White) == 1);
    CHECK(search_factor(settings, record_of({1, 1, 1}), Color::White) == doctest::Approx(0.4));
    CHECK(search_factor(settings, record_of({1, 0.95, 1}), Color::White) == doctest::Approx(0.7));
    CHECK(search_factor(settings, record_of({1, 0.9, 1}), Color::White) == 1);
    CHECK(search_factor(settings, record_of({1, 1, 1}), Color::Black) == 1);
    CHECK(search_factor(settings, record_of({-1, -1, -1}), Color::Black) == doctest::Approx(0.4));
    CHECK(search_factor(PlayerSettings{}, record_of({1, 1, 1}), Color::White) == 1);
}

TEST_CASE("winning: a player resigns who is allowed to and has lost for as many moves as asked for") {
    const PlayerSettings settings = resigning();
    const WinLossRecord lost = record_of({-0.95, -0.99});
    CHECK(wants_to_resign(settings, game(11), lost, -20));
    CHECK(!wants_to_resign(PlayerSettings{}, game(11), lost, -20));
    CHECK(!wants_to_resign(settings, game(11), record_of({-0.95}), -20));
    CHECK(!wants_to_resign(settings, game(11), record_of({-0.85, -0.99}), -20));
    CHECK(!wants_to_resign(settings, game(12), lost, -20));  // Black has won it
    CHECK(wants_to_resign(settings, game(12), record_of({0.95, 0.99}), 20));
}

TEST_CASE("winning: nobody resigns a close game or an early one where that was asked for") {
    PlayerSettings settings = resigning();
    const WinLossRecord lost = record_of({-0.95, -0.99});
    settings.resign_min_score_difference = 10;
    CHECK(!wants_to_resign(settings, game(11), lost, -9));
    CHECK(wants_to_resign(settings, game(11), lost, -10));
    settings.resign_min_moves_per_board_area = 0.2;
    CHECK(!wants_to_resign(settings, game(15), lost, -20));
    CHECK(wants_to_resign(settings, game(17), lost, -20));
}

TEST_CASE("winning: White does not resign a handicap game before it could have caught up") {
    const PlayerSettings settings = resigning();
    const WinLossRecord lost = record_of({-0.95, -0.99});
    const float komi = -20;  // Black is 27 points ahead
    CHECK(!wants_to_resign(settings, game(11, komi), lost, -60));
    CHECK(!wants_to_resign(settings, game(19, komi), lost, -30));
    CHECK(wants_to_resign(settings, game(19, komi), lost, -60));
    CHECK(wants_to_resign(settings, game(11), lost, -60));
}
