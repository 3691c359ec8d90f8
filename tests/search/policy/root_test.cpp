// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>

#include "search/policy/root.h"
#include "search/search.h"
#include "search/search_probe.h"
#include "search/stub_backend.h"

using namespace katago;
using namespace search_probe;

namespace {

// By policy index of a 7x7 board: these points are left out down to `until`.
AvoidDepths avoid(std::initializer_list<Point> points, int until) {
    AvoidDepths depths(50, 0);
    for (const Point point : points) depths[static_cast<size_t>(policy_index(point, {7, 7}))] = until;
    return depths;
}

// The variations of a search of the empty 7x7 board with Black to move, copies by symmetry among them; each must keep
// to what either player is to avoid.
std::vector<AnalysisMove> checked_moves(const AvoidDepths& black, const AvoidDepths& white) {
    const auto evaluator = stub::make_evaluator();
    Search search(*evaluator, with_visits(400), 3);
    search.set_position(stub::empty_board(7));
    search.set_avoid_moves(Color::Black, black);
    search.set_avoid_moves(Color::White, white);
    search.run({});
    std::vector<AnalysisMove> moves = search.report({.pv_length = 10}).moves;
    for (const AnalysisMove& move : moves) {
        CHECK(move.pv.front() == move.move);
        for (size_t depth = 0; depth < move.pv.size(); ++depth) {
            const AvoidDepths& list = depth % 2 == 0 ? black : white;
            const int until = list.empty() ? 0 : list[static_cast<size_t>(policy_index(move.pv[depth], {7, 7}))];
            CHECK(static_cast<int>(depth) >= until);
        }
    }
    return moves;
}

bool any_copies(const std::vector<AnalysisMove>& moves) {
    return std::any_of(moves.begin(), moves.end(), [](const AnalysisMove& m) { return m.symmetry_of != kNullPoint; });
}

}  // namespace

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

TEST_CASE("search: copies by symmetry keep to the moves that each player is to avoid") {
    const Point corner = point_at(1, 1), other = point_at(5, 5);
    // Black's first move, Black's later ones, White's, and depths that differ.
    checked_moves(avoid({corner}, 1), {});
    checked_moves(avoid({corner, point_at(3, 2)}, 9), {});
    checked_moves({}, avoid({corner, point_at(2, 3)}, 9));
    AvoidDepths deeper = avoid({corner, other}, 2);
    deeper[static_cast<size_t>(policy_index(corner, {7, 7}))] = 6;
    checked_moves(deeper, deeper);
    // All but the points of one half.
    AvoidDepths half(50, 5);
    for (int i = 0; i < 21; ++i) half[static_cast<size_t>(i)] = 0;
    checked_moves(half, {});
    checked_moves({}, half);
    checked_moves(half, avoid({point_at(0, 0)}, 3));
}

TEST_CASE("search: of symmetric moves one is searched where the avoided moves are symmetric too") {
    const AvoidDepths corners = avoid({point_at(1, 1), point_at(1, 5), point_at(5, 1), point_at(5, 5)}, 3);
    CHECK(any_copies(checked_moves(corners, {})));
    CHECK(any_copies(checked_moves({}, corners)));
    CHECK(any_copies(checked_moves(corners, avoid({point_at(3, 3)}, 9))));
    AvoidDepths no_pass(50, 0);
    no_pass.back() = 4;
    CHECK(any_copies(checked_moves(no_pass, no_pass)));
    CHECK(!any_copies(checked_moves(corners, avoid({point_at(2, 1)}, 1))));
    // Half the symmetries are left: the diagonal through both points and the turn by half a circle.
    CHECK(any_copies(checked_moves(avoid({point_at(1, 1), point_at(5, 5)}, 1), {})));
}

TEST_CASE("search: on a board that is no square, and with a hint, what is not symmetric is not copied") {
    SearchContext context;
    context.root_history = BoardHistory(Board({9, 7}), Color::Black, Rules{});
    CHECK(symmetries_of(context).size() == 4);
    context.avoid_white.assign(64, 0);
    context.avoid_white[static_cast<size_t>(policy_index(point_at(4, 1), {9, 7}))] = 1;
    CHECK(symmetries_of(context) == std::vector<int>{0, 2});
    context.root_hint = point_at(0, 3);
    CHECK(symmetries_of(context) == std::vector<int>{0});
    context.avoid_white.clear();
    CHECK(symmetries_of(context) == std::vector<int>{0, 1});
    context.root_hint = kPass;
    CHECK(symmetries_of(context).size() == 4);
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
