// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <sstream>

#include "core/log.h"
#include "search/search.h"
#include "search/search_probe.h"
#include "search/stub_backend.h"

using namespace katago;
using namespace search_probe;

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
