// SPDX-License-Identifier: MIT
#include "search/policy/mirror.h"

#include <doctest/doctest.h>

#include <cmath>

#include "search/search.h"
#include "search/stub_backend.h"

using namespace katago;

namespace {

// White mirrors `moves` moves of Black's, which go down the columns from the left.
BoardHistory mirror_game(int moves, float komi = 7.5f) {
    Rules rules;
    rules.komi = komi;
    BoardHistory history = stub::empty_board(9, rules);
    for (int i = 0; i < moves; ++i) {
        const Point point = point_at(i / 8, i % 8);
        history.make_move(point, Color::Black);
        history.make_move(mirror_point(point, {9, 9}), Color::White);
    }
    return history;
}

}  // namespace

TEST_CASE("mirror: points go across the center") {
    CHECK(mirror_point(point_at(0, 0), {9, 9}) == point_at(8, 8));
    CHECK(mirror_point(kPass, {9, 9}) == kPass);
    CHECK(center_point({9, 9}) == point_at(4, 4));
    CHECK(center_point({9, 8}) == kNullPoint);
    CHECK(center_distance_sq(point_at(4, 5), {9, 9}) == 1);
    CHECK(center_distance_sq(point_at(4, 4), {10, 10}) == 0.5);
}

TEST_CASE("mirror: an opponent is found out after enough moves, and forgotten when he stops") {
    CHECK_FALSE(detect_mirror_game(mirror_game(13)).active());
    const BoardHistory game = mirror_game(14);
    const MirrorGame mirror = detect_mirror_game(game);
    CHECK(mirror.mirrorer == Color::White);
    // White gets 7.5 points; Black, who could take the center, one.
    CHECK(mirror.advantage == doctest::Approx(6.5));
    CHECK(mirror.center_error == 0);
    BoardHistory other = game;
    other.make_move(point_at(3, 4), Color::Black);
    other.make_move(point_at(7, 0), Color::White);
    CHECK_FALSE(detect_mirror_game(other).active());
}

TEST_CASE("mirror: stones around the center that have no image are an error of the mirror") {
    BoardHistory game = mirror_game(16);
    // Two columns on either side are full. Black's next move near the center is answered elsewhere, then all is again
    // as before.
    game.make_move(point_at(4, 3), Color::Black);
    game.make_move(point_at(5, 1), Color::White);
    for (const int y : {0, 1, 2, 3}) {
        game.make_move(point_at(2, y), Color::Black);
        game.make_move(mirror_point(point_at(2, y), {9, 9}), Color::White);
    }
    const MirrorGame mirror = detect_mirror_game(game);
    REQUIRE(mirror.active());
    // One stone without an image, and one of White's, (5, 1), without one: 1.2, of which grows 0.5 * 1.2 * 2.2.
    CHECK(mirror.center_error == doctest::Approx(0.5 * 1.2 * 2.2));
}

TEST_CASE("mirror: priors rise for the answer and for the center") {
    BoardHistory game = mirror_game(14);
    const Board root = game.board();
    const size_t moves = game.moves().size();
    const MirrorGame mirror = detect_mirror_game(game);
    {
        const MirrorLine line(mirror, game, root, moves);
        CHECK(line.mirrored());
        CHECK(line.raised_prior(point_at(4, 4), 0.1) == doctest::Approx(0.1 + 0.9 * 0.3));
        CHECK(line.raised_prior(point_at(3, 4), 0.1) == doctest::Approx(0.1 + 0.9 * 0.05));
        CHECK(line.raised_prior(point_at(2, 4), 0.1) == doctest::Approx(0.1));
        CHECK(line.raised_prior(kPass, 0.1) == doctest::Approx(0.1));
    }
    game.make_move(point_at(2, 0), Color::Black);
    const MirrorLine line(mirror, game, root, moves);
    // One move below the root: weight 1 / (1 + sqrt(1)).
    CHECK(line.raised_prior(point_at(6, 8), 0.2) == doctest::Approx(0.2 + 0.8 * 0.5));
    CHECK(line.raised_prior(point_at(6, 7), 0.2) == doctest::Approx(0.2));
    game.make_move(point_at(6, 7), Color::White);
    CHECK_FALSE(MirrorLine(mirror, game, root, moves).mirrored());
}

TEST_CASE("mirror: the answer and the center are explored before all others") {
    BoardHistory game = mirror_game(14);
    const Board root = game.board();
    const size_t moves = game.moves().size();
    const MirrorGame mirror = detect_mirror_game(game);  // advantage 6.5: shares 0.15 and 0.50
    {
        const MirrorLine line(mirror, game, root, moves);
        CHECK(line.raised_utility({point_at(4, 4), 5, 0.1, 100, 0.1}) == doctest::Approx(100.1));
        CHECK(line.raised_utility({point_at(4, 4), 7, 0.1, 100, 0.1}) == doctest::Approx(0.1));
        CHECK(line.raised_utility({point_at(2, 5), 0, 0.1, 100, 0.1}) == doctest::Approx(0.1));
    }
    game.make_move(point_at(2, 0), Color::Black);
    const MirrorLine line(mirror, game, root, moves);
    const Point answer = point_at(6, 8);
    const double open = 1 - 0.7 * 0.01;
    CHECK(line.raised_utility({answer, 60, 0.1, 100, 0.1}) == doctest::Approx(0.1));
    CHECK(line.raised_utility({answer, 40, 0.1, 100, 0.1}) == doctest::Approx(0.1 + 0.18 * open));
    CHECK(line.raised_utility({answer, 20, 0.1, 100, 0.1}) == doctest::Approx(0.1 + (0.18 + 0.36) * open));
    CHECK(line.raised_utility({answer, 10, 0.1, 100, 0.1}) == doctest::Approx(100.1 + (0.18 + 0.36) * open));
}

TEST_CASE("mirror: with the center the mirroring side's evaluation follows its ownership") {
    BoardHistory game = mirror_game(14);
    const MirrorGame mirror{Color::White, 6.5, 0};
    game.make_move(kPass, Color::Black);
    game.make_move(point_at(4, 4), Color::White);
    const MirrorLine line(mirror, game, game.board(), game.moves().size());
    REQUIRE(line.corrects_evaluation());
    Evaluation evaluation;
    evaluation.white_win = 0.3f;
    evaluation.white_loss = 0.5f;
    evaluation.no_result = 0.2f;
    evaluation.white_ownership.assign(81, 0.0f);
    evaluation.white_ownership[40] = 0.5f;
    const auto corrected = line.corrected(evaluation);
    const double value = std::tanh(std::atanh(-0.25) + 0.7 * 0.5);
    CHECK(corrected->white_win + corrected->white_loss == doctest::Approx(0.8));
    CHECK((corrected->white_win - corrected->white_loss) / 0.8 == doctest::Approx(value).epsilon(1e-5));
}

TEST_CASE("mirror: a search against a mirror looks at the center") {
    const auto evaluator = stub::make_evaluator();
    SearchParams params;
    params.max_visits = 300;
    Search search(*evaluator, params, 3);
    search.set_position(mirror_game(14));
    search.run({});
    const Report report = search.report({});
    CHECK(report.root.values.visits == 300);
    for (const AnalysisMove& move : report.moves)
        if (move.move == point_at(4, 4)) CHECK(move.edge_visits >= 15);
}
