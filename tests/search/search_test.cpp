// SPDX-License-Identifier: MIT
#include "search/search.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "core/error.h"
#include "search/search_probe.h"
#include "search/stub_backend.h"

using namespace katago;
using namespace search_probe;

TEST_CASE("search: makes as many visits as asked for, and the same tree again") {
    const auto evaluator = stub::make_evaluator();
    uint64_t checksums[2] = {};
    for (uint64_t& checksum : checksums) {
        Search search(*evaluator, with_visits(300), 7);
        search.set_position(stub::empty_board(9));
        const SearchResult result = search.run({});
        CHECK(result.playouts == 300);
        CHECK(root_visits(search) == 300);
        CHECK(edge_visits(search) == 299);
        checksum = search.tree_checksum();
    }
    CHECK(checksums[0] == checksums[1]);
}

TEST_CASE("search: the tree of a stub network has not changed") {
    // Changes with anything that changes results: then it is replaced, and the commit says so.
    constexpr uint64_t kSignature = 1068079555650051474u;
    const auto evaluator = stub::make_evaluator();
    Search search(*evaluator, with_visits(400), 1);
    search.set_position(stub::empty_board(13));
    search.run({});
    CHECK(search.tree_checksum() == kSignature);
}

TEST_CASE("search: one visit evaluates the root and lists no move") {
    const auto evaluator = stub::make_evaluator();
    Search search(*evaluator, with_visits(1), 7);
    search.set_position(stub::empty_board(9));
    CHECK(search.choose_move() == kNullPoint);
    search.run({});
    CHECK(root_visits(search) == 1);
    const Report report = search.report({});
    CHECK(report.has_root);
    CHECK(report.moves.empty());
    CHECK(report.policy.size() == 82);
    CHECK(search.choose_move() != kNullPoint);
    CHECK(search.report({.min_moves = 3, .symmetry_copies = false}).moves.size() == 3);
}

TEST_CASE("search: a move frees what it leads away from") {
    const auto evaluator = stub::make_evaluator();
    Search search(*evaluator, with_visits(500), 7);
    search.set_position(stub::empty_board(9));
    search.run({});
    const int64_t nodes = search.tree_nodes();
    const int64_t bytes = search.tree_bytes();
    CHECK(nodes > 300);
    const std::vector<AnalysisMove> moves = search.report({.symmetry_copies = false}).moves;
    const AnalysisMove& rare =
        *std::find_if(moves.rbegin(), moves.rend(), [](const AnalysisMove& move) { return move.edge_visits > 0; });
    search.make_move(rare.move, Color::Black);
    CHECK(search.tree_nodes() <= rare.values.visits + 1);
    CHECK(search.tree_bytes() < bytes / 2);
    search.clear();
    CHECK(search.tree_nodes() == 0);
    CHECK(search.tree_bytes() == 0);
}

TEST_CASE("search: refuses occupied points and forgets the tree when a turn is skipped") {
    const auto evaluator = stub::make_evaluator();
    Search search(*evaluator, with_visits(50), 7);
    search.set_position(stub::empty_board(9));
    search.run({});
    REQUIRE(search.make_move(point_at(4, 4), Color::Black));
    CHECK_FALSE(search.make_move(point_at(4, 4), Color::White));
    REQUIRE(search.make_move(point_at(2, 2), Color::Black));
    CHECK(search.tree_nodes() == 0);
    CHECK(search.history().moves().size() == 1);
    CHECK(search.player() == Color::White);
}

TEST_CASE("search: plays legal moves to the end of a game") {
    const auto evaluator = stub::make_evaluator();
    Rules rules;
    for (const ScoringRule scoring : {ScoringRule::Area, ScoringRule::Territory}) {
        rules.scoring = scoring;
        rules.ko = scoring == ScoringRule::Area ? KoRule::Positional : KoRule::Simple;
        Search search(*evaluator, with_visits(30), 11);
        search.set_position(stub::empty_board(5, rules));
        int moves = 0;
        for (; moves < 300 && !search.history().finished(); ++moves) {
            search.run({});
            const Point move = search.choose_move();
            REQUIRE(search.history().is_legal(move, search.player()));
            REQUIRE(search.make_move(move, search.player()));
        }
        CHECK(moves > 2);
    }
}

TEST_CASE("search: searches on after the end of the game") {
    const auto evaluator = stub::make_evaluator();
    Search search(*evaluator, with_visits(40), 11);
    BoardHistory history = stub::empty_board(5);
    history.make_move(kPass, Color::Black);
    history.make_move(kPass, Color::White);
    REQUIRE(history.finished());
    search.set_position(history);
    search.run({});
    CHECK(root_visits(search) == 40);
}

TEST_CASE("search: hands a failed evaluation to whoever drives it") {
    for (const int threads : {1, 3}) {
        const auto evaluator = stub::make_evaluator({.fail_after = 20});
        Search search(*evaluator, with_visits(100, threads), 3);
        search.set_position(stub::empty_board(7));
        CHECK_THROWS_AS(search.run({}), BackendError);
        search.begin({});
        CHECK_THROWS_AS(search.wait(), BackendError);
        CHECK_FALSE(search.running());
    }
}

TEST_CASE("search: a report lists symmetric copies with everything turned") {
    const auto evaluator = stub::make_evaluator({.flat = true});
    Search search(*evaluator, with_visits(100), 3);
    search.set_position(stub::empty_board(7));
    search.set_ownership_wanted(true);
    search.run({});
    const Report report = search.report({.moves_ownership = true});
    std::set<Point> moves;
    int copies = 0;
    for (size_t i = 0; i < report.moves.size(); ++i) {
        const AnalysisMove& move = report.moves[i];
        CHECK(moves.insert(move.move).second);
        CHECK(move.order == static_cast<int>(i));
        CHECK(move.pv.front() == move.move);
        CHECK(move.pv.size() == move.pv_visits.size());
        CHECK(move.ownership.mean.size() == 49);
        copies += move.symmetry_of != kNullPoint;
    }
    CHECK(copies > 0);
}

TEST_CASE("search: every configuration key has a row of its own") {
    std::set<std::string_view> keys;
    for (const auto& row : search_param_rows()) {
        CHECK(keys.insert(row.key).second);
        CHECK_FALSE(row.help.empty());
    }
    CHECK(keys.size() > 100);
}
