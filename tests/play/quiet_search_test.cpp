// SPDX-License-Identifier: MIT
#include "play/quiet_search.h"

#include <doctest/doctest.h>

#include <cmath>

#include "core/error.h"
#include "play/boards.h"
#include "play/score_estimate.h"
#include "search/stub_backend.h"

using namespace katago;

TEST_CASE("quiet_search: searches with the visits asked for, and gives the search back as it was") {
    const auto evaluator = stub::make_evaluator();
    SearchParams params;
    params.max_visits = 10;
    params.wide_root_noise = 0.1;
    Search search(*evaluator, params, 1);
    BoardHistory game = stub::empty_board(7);
    game.make_move(point_at(3, 3), Color::Black);
    search.set_position(game);
    QuietSearch::with({search, params, game, nullptr}, [&](QuietSearch& quiet) {
        const QuietSearch::Findings found = quiet.run(stub::empty_board(5), 30);
        CHECK(found.values.visits == 30);
        CHECK(found.ownership.mean.size() == 25);
        CHECK(search.params().max_visits == 30);
    });
    CHECK(search.params() == params);
    CHECK(search.board().size() == BoardSize{7, 7});
    CHECK(search.history().moves().size() == 1);
    CHECK(!search.root_values());
}

TEST_CASE("quiet_search: an exception comes out of it, after the search was given back as it was") {
    const auto evaluator = stub::make_evaluator({.fail_after = 3});
    SearchParams params;
    params.wide_root_noise = 0.1;
    Search search(*evaluator, params, 1);
    const BoardHistory game = stub::empty_board(7);
    search.set_position(game);
    const auto use = [](QuietSearch& quiet) { quiet.run(stub::empty_board(5), 30); };
    CHECK_THROWS_AS(QuietSearch::with({search, params, game, nullptr}, use), BackendError);
    CHECK(search.params() == params);
    CHECK(search.board().size() == BoardSize{7, 7});
    CHECK(!search.root_values());
}

TEST_CASE("quiet_search: a chain is dead that the other side owns, or owns a part of for sure") {
    const Board board = boards::of_rows({"XX.", "...", "O.O"});
    Ownership ownership;
    ownership.mean = {-0.9, -0.9, 0, 0, 0, 0, 0.9, 0, -0.5};
    CHECK(dead_stones(board, ownership) == std::vector<Point>{point_at(2, 2)});
    ownership.mean = {-0.9, 0.7, 0, 0, 0, 0, 0.9, 0, 0.5};
    CHECK(dead_stones(board, ownership) == std::vector<Point>{point_at(0, 0), point_at(1, 0)});
}

TEST_CASE("score_estimate: an estimate is a possible result, and exact results need an end by strict rules") {
    const auto evaluator = stub::make_evaluator();
    const SearchParams params;
    Search search(*evaluator, params, 1);
    BoardHistory game = stub::empty_board(5);
    double score = 0;
    QuietSearch::with({search, params, game, nullptr},
                      [&](QuietSearch& quiet) { score = estimate_white_score(quiet, game); });
    CHECK(std::abs(score - std::floor(score)) == 0.5);
    CHECK(!has_exact_result(game));
    for (const Player player : {Color::Black, Color::White}) game.make_move(kPass, player);
    CHECK(has_exact_result(game));
    Rules friendly;
    friendly.friendly_pass_ok = true;
    BoardHistory agreed = stub::empty_board(5, friendly);
    for (const Player player : {Color::Black, Color::White}) agreed.make_move(kPass, player);
    CHECK(!has_exact_result(agreed));
}
