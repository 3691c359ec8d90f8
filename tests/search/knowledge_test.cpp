// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "search/search.h"
#include "search/small_tree.h"
#include "search/stub_backend.h"
#include "search/tree/pattern.h"
#include "search/tree/value_memory.h"

using namespace katago;

TEST_CASE("patterns: moves of one player become less attractive to him, in every corner") {
    BoardHistory game = stub::empty_board(9);
    game.make_move(point_at(2, 3), Color::Black);
    game.make_move(point_at(6, 6), Color::White);
    PatternBonuses bonuses;
    bonuses.avoid_moves_of(game, Color::Black, 0.01);
    const Board empty = stub::empty_board(9).board();
    for (const auto& [x, y] : {std::pair{2, 3}, {3, 2}, {6, 3}, {5, 6}}) {
        CHECK(bonuses.white_utility(PatternBonuses::key_of(empty, point_at(x, y), Color::Black)) ==
              doctest::Approx(0.01));
        CHECK(bonuses.white_utility(PatternBonuses::key_of(empty, point_at(x, y), Color::White)) ==
              doctest::Approx(-0.01));
    }
    CHECK(bonuses.white_utility(PatternBonuses::key_of(empty, point_at(2, 2), Color::Black)) == 0);
    CHECK(bonuses.white_utility(PatternBonuses::key_of(empty, point_at(6, 6), Color::White)) == 0);
    // A stone within four points makes another pattern of it.
    CHECK(bonuses.white_utility(PatternBonuses::key_of(game.board(), point_at(3, 2), Color::Black)) == 0);
    CHECK(PatternBonuses::key_of(empty, kPass, Color::Black) == 0);
}

TEST_CASE("patterns: those of earlier games count too, until a search is told to forget them") {
    BoardHistory game = stub::empty_board(9);
    game.make_move(point_at(2, 3), Color::Black);
    const auto earlier = std::make_shared<PatternBonuses>();
    earlier->avoid_moves_of(game, Color::Black, 0.25);
    PatternBonuses both(earlier);
    CHECK_FALSE(both.empty());
    both.avoid_moves_of(game, Color::Black, 0.5);
    const uint64_t key = PatternBonuses::key_of(stub::empty_board(9).board(), point_at(2, 3), Color::Black);
    CHECK(both.white_utility(key) == 0.75);
    CHECK(earlier->white_utility(key) == 0.25);

    const auto evaluator = stub::make_evaluator();
    SearchParams params;
    params.max_visits = 100;
    Search search(*evaluator, params, 3);
    search.set_position(stub::empty_board(9));
    search.run({});
    const uint64_t plain = search.tree_checksum();
    search.avoid_earlier_games(earlier);
    CHECK(search.tree_nodes() == 0);
    search.run({});
    CHECK(search.tree_checksum() != plain);
    search.avoid_earlier_games(earlier);
    CHECK(search.tree_nodes() > 0);
    search.avoid_earlier_games(nullptr);
    Search fresh(*evaluator, params, 3);
    fresh.set_position(stub::empty_board(9));
    fresh.run({});
    CHECK(fresh.tree_checksum() == plain);
}

TEST_CASE("patterns: a search turns away from moves that were played before") {
    const auto evaluator = stub::make_evaluator({.flat = true});
    SearchParams params;
    params.max_visits = 300;
    params.root_symmetry_pruning = false;
    const auto visits_of = [&](double utility) {
        if (utility != 0) params.avoid_repeated_pattern_utility = utility;
        Search search(*evaluator, params, 3);
        BoardHistory game = stub::empty_board(19);
        game.make_move(point_at(3, 3), Color::Black);
        game.make_move(point_at(9, 9), Color::White);
        search.set_position(game);
        // Three corners like the one that was played in, and a move beside each.
        const std::vector<Point> like = {point_at(15, 3), point_at(3, 15), point_at(15, 15)};
        std::vector<Point> allowed = {point_at(15, 4), point_at(4, 15), point_at(14, 15)};
        allowed.insert(allowed.end(), like.begin(), like.end());
        search.set_allow_moves(Color::Black, allowed, 1);
        search.run({});
        int64_t visits = 0;
        for (const AnalysisMove& move : search.report({.symmetry_copies = false}).moves)
            if (std::find(like.begin(), like.end(), move.move) != like.end()) visits += move.edge_visits;
        return visits;
    };
    const int64_t without = visits_of(0);
    REQUIRE(without > 20);
    CHECK(visits_of(0.5) * 4 < without * 3);
}

TEST_CASE("value memory: values move as in the worked example") {
    RememberedValues values{.win_loss = 0.5, .no_result = 0, .score_mean = 4, .lead = 3, .weight = 400, .moves = {}};
    CHECK(values.share(10, 100) == doctest::Approx(0.869).epsilon(1e-3));
    NodeStats stats;
    stats.win_loss = 0.1;
    stats.score_mean = 2;
    stats.score_mean_sq = 13;
    const double part = values.blend_into(stats, 10, 100);
    CHECK(stats.win_loss == doctest::Approx(0.1 + part * 0.4));
    CHECK(stats.score_mean == doctest::Approx(2 + part * 2));
    CHECK(stats.score_mean_sq == doctest::Approx(9 + stats.score_mean * stats.score_mean));
    values.weight = 0;
    CHECK(values.blend_into(stats, 10, 100) == 0);
}

TEST_CASE("value memory: what a search found out outlives its tree") {
    const auto evaluator = stub::make_evaluator();
    SearchParams params;
    params.max_visits = 800;
    params.use_eval_cache = true;
    params.eval_cache_min_visits = 20;
    const auto memory = std::make_shared<ValueMemory>();
    Search first(*evaluator, params, 3);
    first.share_value_memory(memory);
    first.set_position(stub::empty_board(7));
    first.run({});
    const size_t known = memory->size();
    CHECK(known > 3);
    const Report of_first = first.report({.symmetry_copies = false});
    const AnalysisMove& best = of_first.moves.front();

    params.max_visits = 20;
    params.max_playouts = 20;
    // Other parameters know nothing of it.
    CHECK_FALSE(ValueMemory::hash_of(params) == ValueMemory::hash_of(first.params()));
    Search second(*evaluator, first.params(), 5);
    second.share_value_memory(memory);
    second.set_position(stub::empty_board(7));
    SearchLimits limits;
    limits.search_factor = 0.02;
    second.run(limits);
    for (const AnalysisMove& move : second.report({.symmetry_copies = false}).moves)
        if (move.move == best.move) CHECK(std::abs(move.values.win_loss - best.values.win_loss) < 0.05);
    first.clear_value_memory();
    CHECK(memory->size() == 0);
}
