// SPDX-License-Identifier: MIT
#include "play/passing.h"

#include <doctest/doctest.h>

#include "play/boards.h"
#include "search/stub_backend.h"

using namespace katago;

namespace {

// White lives; Black's stone in the corner is dead, its one liberty is e4.
const Board kDeadCorner = boards::of_rows({".O.OX", "OOOO.", "OOOOO", ".....", "....."});
const Point kCapture = point_at(4, 1);

// White to move, after Black's pass.
BoardHistory after_pass(const Rules& rules, const Board& board = kDeadCorner) {
    BoardHistory history(board, Color::Black, rules);
    history.make_move(kPass, Color::Black);
    return history;
}

Rules area_rules(bool friendly) {
    Rules rules;
    rules.friendly_pass_ok = friendly;
    return rules;
}

PlayerSettings settings_of(std::optional<bool> cleanup, std::optional<bool> friendly) {
    PlayerSettings settings;
    settings.cleanup_before_pass = cleanup;
    settings.friendly_pass = friendly;
    return settings;
}

}  // namespace

TEST_CASE("passing: dead stones are captured before a pass where they would count as alive") {
    const BoardHistory history = after_pass(area_rules(false));
    CHECK(cleanup_move({}, history, kPass) == kCapture);
    CHECK(!cleanup_move({}, history, point_at(2, 4)));
    CHECK(!cleanup_move(settings_of(false, {}), history, kPass));
    CHECK(!cleanup_move(settings_of({}, true), history, kPass));
    BoardHistory cleaned = history;
    cleaned.make_move(kCapture, Color::White);
    cleaned.make_move(kPass, Color::Black);
    CHECK(!cleanup_move({}, cleaned, kPass));
}

TEST_CASE("passing: where players agree on dead stones they are captured only if that was asked for") {
    const BoardHistory history = after_pass(area_rules(true));
    CHECK(!cleanup_move({}, history, kPass));
    CHECK(cleanup_move(settings_of(true, {}), history, kPass) == kCapture);
}

TEST_CASE("passing: under territory scoring dead stones are captured in the last phase alone") {
    const Rules rules = *rules_of_name("japanese");
    CHECK(!cleanup_move(settings_of(true, {}), after_pass(rules), kPass));
    BoardHistory last_phase(kDeadCorner, Color::White, rules, /*phase=*/2);
    CHECK(cleanup_move(settings_of(true, {}), last_phase, kPass) == kCapture);
}

TEST_CASE("passing: a friendly pass answers a pass, under area scoring, by the rules or by the settings") {
    CHECK(may_pass_friendly({}, after_pass(area_rules(true))));
    CHECK(!may_pass_friendly({}, after_pass(area_rules(false))));
    CHECK(may_pass_friendly(settings_of({}, true), after_pass(area_rules(false))));
    CHECK(!may_pass_friendly(settings_of({}, false), after_pass(area_rules(true))));
    CHECK(!may_pass_friendly(settings_of(true, {}), after_pass(area_rules(true))));
    CHECK(!may_pass_friendly(settings_of({}, true), after_pass(*rules_of_name("japanese"))));
    CHECK(!may_pass_friendly({}, BoardHistory(kDeadCorner, Color::White, area_rules(true))));
}

TEST_CASE("passing: as many visits as a tenth of a move's, within bounds") {
    SearchParams params;
    CHECK(visits_for_passing(params) == 1008);
    params.max_visits = 100;
    CHECK(visits_for_passing(params) == 18);
    params.max_playouts = 40;
    CHECK(visits_for_passing(params) == 12);
}

TEST_CASE("passing: a pass is not as good as a capture, nor where there is no time to see") {
    const auto evaluator = stub::make_evaluator();
    const PlayerSettings settings;
    Search search(*evaluator, settings.search, 1);
    const BoardHistory history = after_pass(area_rules(true));
    const PassCase now{history, PhaseAdvance::Prevented, 20};
    SearchParams hasty;
    hasty.max_time_s = 0;
    QuietSearch::with({search, settings.search, history, nullptr}, [&](QuietSearch& quiet) {
        CHECK(!pass_is_as_good(now, kCapture, quiet, MoveTimer(settings.search, {}, history.board())));
        CHECK(!pass_is_as_good(now, point_at(2, 4), quiet, MoveTimer(hasty, {}, history.board())));
    });
}
