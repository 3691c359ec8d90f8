// SPDX-License-Identifier: MIT
#include "play/engine_player.h"

#include <doctest/doctest.h>

#include "play/boards.h"
#include "search/stub_backend.h"

using namespace katago;

namespace {

// A player with few visits and a network that knows nothing.
struct Table {
    std::unique_ptr<Evaluator> evaluator = stub::make_evaluator();
    PlayerSettings settings;
    Search search{*evaluator, settings.search, 1};
    Rng rng{uint64_t{1}};
    EnginePlayer player{{search, settings, rng, nullptr, PhaseAdvance::Prevented}};

    Table() { settings.search.max_visits = 8; }

    GeneratedMove move(const BoardHistory& history, const MoveRequest& request = {}) {
        search.set_position(history);
        return *player.generate_move(history, request);
    }
};

// White to move against three stones.
BoardHistory handicap_game() {
    BoardHistory history = stub::empty_board(9);
    history.set_assume_handicap(true);
    for (const int x : {2, 4, 6}) history.make_move(point_at(x, 2), Color::Black);
    return history;
}

// A position with Black to move which the network finds lost for Black, whoever is to move; a stub's opinion is a
// matter of chance.
BoardHistory lost_position(Table& table) {
    for (float komi = 0.5f; komi < 100; ++komi) {
        Rules rules;
        rules.komi = komi;
        BoardHistory history = stub::empty_board(5, rules);
        bool lost = true;
        for (const Player player : {Color::White, Color::Black}) {
            history.restart(player);
            table.move(history);
            lost = lost && table.search.root_values()->win_loss > 0;
        }
        table.player.forget_moves();
        if (lost) return history;
    }
    FAIL("no such position");
    return {};
}

}  // namespace

TEST_CASE("engine_player: generates a legal move for whose turn it is, and tells of its search") {
    Table table;
    const BoardHistory history = stub::empty_board(7);
    int64_t playouts = 0;
    Point searched = kNullPoint;
    MoveRequest request;
    request.on_searched = [&](Point move, const SearchResult& result) {
        searched = move;
        playouts = result.playouts;
    };
    const GeneratedMove generated = table.move(history, request);
    CHECK(history.is_legal(generated.move, Color::Black));
    CHECK(generated.move == searched);
    CHECK(playouts >= 7);
    CHECK(!generated.resigns);
    CHECK(table.player.thinking_seconds() > 0);
}

TEST_CASE("engine_player: a move that was cancelled is none") {
    Table table;
    const std::atomic<bool> cancelled = true;
    MoveRequest request;
    request.cancelled = &cancelled;
    CHECK(!table.player.generate_move(stub::empty_board(7), request));
}

TEST_CASE("engine_player: resigns by the values of its own moves, which a new game forgets") {
    Table table;
    table.settings.allow_resignation = true;
    table.settings.resign_threshold = 0;
    table.settings.resign_consec_turns = 2;
    const BoardHistory history = lost_position(table);
    CHECK(!table.move(history).resigns);
    CHECK(table.move(history).resigns);
    table.player.forget_moves();
    CHECK(!table.move(history).resigns);
}

TEST_CASE("engine_player: the weaker side of a handicap game thinks itself stronger and plays less alike") {
    Table table;
    BoardHistory history = handicap_game();
    table.move(history);
    const double for_white = table.search.params().playout_doubling_advantage;
    CHECK(for_white > 0);
    CHECK(table.search.params().avoid_repeated_pattern_utility == 0.005);
    history.make_move(point_at(4, 6), Color::White);
    table.player.forget_moves();
    table.move(history);
    CHECK(table.search.params().playout_doubling_advantage == -for_white);
    CHECK(!table.search.params().avoid_repeated_pattern_utility);
}

TEST_CASE("engine_player: settings and onlookers leave handicap play out") {
    Table table;
    MoveRequest watched;
    watched.watched = true;
    table.move(handicap_game(), watched);
    CHECK(!table.search.params().avoid_repeated_pattern_utility);
    table.settings.dynamic_pda_cap_per_opp_lead = 0;
    table.move(handicap_game());
    CHECK(table.search.params().playout_doubling_advantage == 0);
    table.settings.static_pda = true;
    table.settings.search.playout_doubling_advantage = 1;
    table.move(handicap_game());
    CHECK(table.search.params().playout_doubling_advantage == 1);
}

TEST_CASE("engine_player: captures dead stones instead of passing") {
    Table table;
    // Any move but the capture and the pass fills one of White's own eyes, or gives stones away.
    const Board board = boards::of_rows({".O.OX", "OOOO.", "OOOOO", "OOOOO", "OOOOO"});
    BoardHistory history(board, Color::Black, Rules{});
    history.make_move(kPass, Color::Black);
    table.search.set_position(history);
    const Point pass[] = {kPass};
    table.search.set_allow_moves(Color::White, pass, 1);
    CHECK(table.player.generate_move(history, {})->move == point_at(4, 1));
    table.settings.cleanup_before_pass = false;
    table.search.set_allow_moves(Color::White, pass, 1);
    CHECK(table.player.generate_move(history, {})->move == kPass);
}

TEST_CASE("engine_player: a game won for some moves shortens the search, also while the opponent thinks") {
    Table table;
    table.settings.search_factor_when_winning = 0.5;
    table.settings.search_factor_when_winning_threshold = 0;
    BoardHistory history = lost_position(table);
    history.restart(Color::White);
    CHECK(table.player.pondering_limits().search_factor == 1);
    CHECK(table.player.pondering_limits().pondering);
    for (int i = 0; i < 3; ++i) table.move(history);
    const double won = table.search.root_values()->win_loss;
    REQUIRE(won > 0);
    table.move(history);
    CHECK(table.player.pondering_limits().search_factor == doctest::Approx(1 - won / 2));
}

TEST_CASE("engine_player: waits before a move as the settings ask, but never beyond its clock") {
    Table table;
    table.settings.delay_move_scale = 10000;
    table.player.set_clocks(TimeControl::absolute(0.2));
    table.move(stub::empty_board(5));
    CHECK(table.player.thinking_seconds() < 5);
    table.player.set_clocks(TimeControl{});
    table.settings.delay_move_max = 0.05;
    const double before = table.player.thinking_seconds();
    table.move(stub::empty_board(5));
    CHECK(table.player.thinking_seconds() - before >= 0.04);
}

TEST_CASE("engine_player: clocks are set for both sides and told one by one") {
    Table table;
    CHECK(table.player.clock(Color::Black).is_unlimited());
    table.player.set_clocks(TimeControl::byo_yomi(10, 5, 3));
    CHECK(table.player.set_time_left(Color::White, 4, 0));
    CHECK(table.player.clock(Color::White).main_time_left == 4);
    CHECK(table.player.clock(Color::Black).main_time_left == 10);
}
