// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>

#include "search/search.h"
#include "search/search_probe.h"
#include "search/stub_backend.h"

using namespace katago;
using namespace search_probe;

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
