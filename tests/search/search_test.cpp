// SPDX-License-Identifier: MIT
#include "search/search.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "core/error.h"
#include "core/log.h"
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

TEST_CASE("search: counts playouts apart from visits of a reused tree") {
    const auto evaluator = stub::make_evaluator();
    SearchParams params = with_visits(200);
    params.root_symmetry_pruning = false;  // a symmetric position would lose visits to left-out copies
    Search search(*evaluator, params, 7);
    search.set_position(stub::empty_board(9));
    search.run({});
    const Report before = search.report({.symmetry_copies = false});
    const AnalysisMove best = before.moves.front();
    REQUIRE(search.make_move(best.move, Color::Black));
    CHECK(root_visits(search) == best.values.visits);
    const SearchResult result = search.run({});
    CHECK(root_visits(search) == 200);
    CHECK(result.playouts == 200 - best.values.visits);
    params.max_visits = SearchParams::kUnlimitedVisits;
    params.max_playouts = 10;
    search.set_params_keeping_tree(params);
    CHECK(search.run({}).playouts == 10);
    CHECK(root_visits(search) == 210);
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

TEST_CASE("search: keeps to a time limit and to a clock") {
    const auto evaluator = stub::make_evaluator({.seconds = 0.001});
    SearchParams params = with_visits(SearchParams::kUnlimitedVisits);
    params.max_time_s = 0.05;
    Search search(*evaluator, params, 3);
    search.set_position(stub::empty_board(7));
    SearchResult result = search.run({});
    CHECK(result.playouts >= 2);
    CHECK(result.seconds >= 0.05);
    params.max_time_s = SearchParams::kUnlimitedTime;
    search.set_params(params);
    SearchLimits limits;
    limits.clock = TimeControl::byo_yomi(0, 0.1, 1);
    result = search.run(limits);
    CHECK(result.playouts >= 2);
    // A tenth is kept back for the answer, and no playout is begun when one like the slowest, which is part of the time
    // used, and a delay like its own would be late.
    CHECK(result.seconds >= 0.09 / 3);
}

TEST_CASE("search: pondering has its own limits, and a pass shortens the next search") {
    const auto evaluator = stub::make_evaluator();
    SearchParams params = with_visits(100);
    params.max_visits_pondering = 150;
    params.search_factor_after_one_pass = 0.5;
    Search search(*evaluator, params, 3);
    search.set_position(stub::empty_board(7));
    SearchLimits pondering;
    pondering.pondering = true;
    search.run(pondering);
    CHECK(root_visits(search) == 150);
    search.clear();
    search.make_move(kPass, Color::Black);
    search.run({});
    CHECK(root_visits(search) == 50);
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

TEST_CASE("search: leaves out moves that are avoided, and allows no others than those allowed") {
    const auto evaluator = stub::make_evaluator();
    Search search(*evaluator, with_visits(100), 3);
    search.set_position(stub::empty_board(7));
    const std::vector<Point> two = {point_at(2, 2), point_at(3, 3)};
    search.set_allow_moves(Color::Black, two, 1);
    search.run({});
    for (const AnalysisMove& move : search.report({.symmetry_copies = false}).moves)
        CHECK(std::find(two.begin(), two.end(), move.move) != two.end());
    search.clear_avoid_moves();
    CHECK(search.tree_nodes() == 0);
    AvoidDepths avoid(50, 0);
    avoid[static_cast<size_t>(policy_index(point_at(3, 3), {7, 7}))] = 5;
    search.set_avoid_moves(Color::Black, avoid);
    search.run({});
    for (const AnalysisMove& move : search.report({}).moves) CHECK(move.move != point_at(3, 3));
}

TEST_CASE("search: a hint is looked at first of all") {
    const auto evaluator = stub::make_evaluator();
    SearchParams params = with_visits(200);
    params.root_symmetry_pruning = false;
    Search search(*evaluator, params, 3);
    search.set_position(stub::empty_board(5));
    search.set_root_hint(point_at(0, 0));
    search.run({});
    const Report report = search.report({});
    const auto hinted = std::find_if(report.moves.begin(), report.moves.end(),
                                     [](const AnalysisMove& move) { return move.move == point_at(0, 0); });
    REQUIRE(hinted != report.moves.end());
    CHECK(hinted->edge_visits > 5);
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

TEST_CASE("search: a full tree stops growing, and the search goes on") {
    for (const int threads : {1, 3}) {
        const auto evaluator = stub::make_evaluator();
        SearchParams params = with_visits(3000, threads);
        params.max_tree_memory_mb = 1;
        std::ostringstream log_text;
        Logger log(LogOptions{}, {&log_text}, log_text);
        Search search(*evaluator, params, 3);
        search.set_log(&log);
        search.set_position(stub::empty_board(19));
        search.run({});
        const int64_t nodes = search.tree_nodes();
        CHECK(search.tree_bytes() < 1'100'000);
        CHECK(nodes > 100);
        CHECK(nodes < 1000);
        CHECK(root_visits(search) >= 3000);
        CHECK(edge_visits(search) == root_visits(search) - 1);
        CHECK(search.choose_move() != kNullPoint);
        params.max_visits = 4000;
        search.set_params_keeping_tree(params);
        search.run({});
        CHECK(search.tree_nodes() <= nodes + threads);
        // Said once, however often it is met.
        CHECK(log_text.str().find("maxTreeMemoryMB") != std::string::npos);
        CHECK(log_text.str().find("maxTreeMemoryMB") == log_text.str().rfind("maxTreeMemoryMB"));
        // A move frees some of it, and the tree grows again.
        search.make_move(search.choose_move(), Color::Black);
        const int64_t kept = search.tree_nodes();
        params.max_visits += 1000;
        search.set_params_keeping_tree(params);
        search.run({});
        CHECK(search.tree_nodes() > kept);
    }
}

TEST_CASE("search: roots without graph search, noise, temperature and futility still work") {
    const auto evaluator = stub::make_evaluator();
    SearchParams params = with_visits(200);
    params.use_graph_search = false;
    params.root_noise_enabled = true;
    params.use_noise_pruning = false;
    params.wide_root_noise = 0.1;
    params.root_policy_temperature = 1.2;
    params.root_desired_per_child_visits_coeff = 2;
    params.futile_visits_threshold = 0.1;
    params.root_num_symmetries_to_sample = 3;
    params.subtree_value_bias_factor = 0;
    params.playout_doubling_advantage = 1;
    Search search(*evaluator, params, 3);
    search.set_position(stub::empty_board(9));
    search.run({});
    CHECK(root_visits(search) == 200);
    CHECK(edge_visits(search) == 199);
}

TEST_CASE("search: quiet parameters are limited in visits and have no noise") {
    SearchParams params;
    params.num_threads = 8;
    params.root_noise_enabled = true;
    const SearchParams quiet = params.quiet(20);
    CHECK(quiet.max_visits == 20);
    CHECK(quiet.num_threads == 3);
    CHECK_FALSE(quiet.root_noise_enabled);
    CHECK(quiet.effective_root_fpu_reduction_max() == params.fpu_reduction_max);
}

TEST_CASE("search: every configuration key has a row of its own") {
    std::set<std::string_view> keys;
    for (const auto& row : search_param_rows()) {
        CHECK(keys.insert(row.key).second);
        CHECK_FALSE(row.help.empty());
    }
    CHECK(keys.size() > 100);
}
