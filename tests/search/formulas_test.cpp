// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cmath>

#include "game/symmetry.h"
#include "search/policy/choice.h"
#include "search/policy/root.h"
#include "search/policy/select.h"
#include "search/policy/utility.h"
#include "search/run/backup.h"
#include "search/small_tree.h"

// The examples with numbers are those of KataGo's formulas worked out by hand.

using namespace katago;
using small_tree::stats;
using small_tree::Tree5;

namespace {

SearchParams plain() {
    return {};
}

UtilityFunction utility_19x19(double center) {
    return UtilityFunction(plain(), 361, center);
}

}  // namespace

TEST_CASE("utility: scores are felt as in the worked example") {
    CHECK(expected_score_value(10, 15, 0, 2.0, 19) == doctest::Approx(0.146633).epsilon(1e-5));
    CHECK(expected_score_value(10, 15, 6.4, 0.75, 19) == doctest::Approx(0.102375).epsilon(1e-5));
    CHECK(utility_19x19(6.4).of_score(10, 15) == doctest::Approx(0.045376).epsilon(1e-4));
    CHECK(utility_19x19(6.4).score_slope(10) == doctest::Approx(0.0141653).epsilon(1e-5));
}

TEST_CASE("utility: the score value table is odd, monotonous and clamped at its ends") {
    for (const double stdev : {0.0, 3.3, 60.0}) {
        CHECK(expected_score_value(7.2, stdev, 0, 1, 19) ==
              doctest::Approx(-expected_score_value(-7.2, stdev, 0, 1, 19)).epsilon(1e-5));
        CHECK(expected_score_value(8, stdev, 0, 1, 19) > expected_score_value(7, stdev, 0, 1, 19));
    }
    CHECK(expected_score_value(1e9, 1e9, 0, 0.5, 5) <= 1);
    CHECK(expected_score_value(-1e9, 0, 0, 0.5, 5) >= -1);
}

TEST_CASE("utility: an evaluation weighs by its short-term errors") {
    Evaluation evaluation;
    evaluation.white_score_mean = 10;
    const auto weight = [&](float winloss, float score) {
        evaluation.shortterm_winloss_error = winloss;
        evaluation.shortterm_score_error = score;
        return evaluation_weight(plain(), utility_19x19(6.4), evaluation);
    };
    CHECK(weight(0.25f, 4) == doctest::Approx(0.7398).epsilon(1e-3));
    CHECK(weight(0.05f, 1) == doctest::Approx(2.620).epsilon(1e-3));
    CHECK(weight(0, 0) == doctest::Approx(8));
    CHECK(weight(-1, -1) == 1);
}

TEST_CASE("utility: the score center is drawn to zero, but not far") {
    CHECK(dynamic_score_center(plain(), 361, 10) == doctest::Approx(8));
    CHECK(dynamic_score_center(plain(), 361, 100) == doctest::Approx(100 - 0.75 * 19));
}

TEST_CASE("utility: a drawn game with integer komi counts half a point both ways") {
    Rules rules;
    rules.komi = 0;
    BoardHistory history(Board({5, 5}), Color::Black, rules);
    history.make_move(kPass, Color::Black);
    history.make_move(kPass, Color::White);
    REQUIRE(history.finished());
    const NodeStats drawn = stats_of_result(history, 0.5, 8, UtilityFunction(plain(), 25, 0));
    CHECK(drawn.win_loss == 0);
    CHECK(drawn.score_mean == 0);
    CHECK(drawn.score_mean_sq == 0.25);
    CHECK(drawn.weight == 8);
}

TEST_CASE("backup: noise pruning takes the excess of a worse child") {
    std::vector<ChildTerm> children(2);
    children[0] = {{}, 60, 0.20, 0.5};
    children[1] = {{}, 60, 0.10, 0.2};
    const double total = prune_noise(plain(), children);
    CHECK(children[1].weight == doctest::Approx(54.16).epsilon(1e-4));
    CHECK(total == doctest::Approx(114.16).epsilon(1e-4));
}

TEST_CASE("backup: value weighting shifts weight from bad children and keeps the total") {
    std::vector<ChildTerm> children(2);
    children[0] = {{}, 60, 0.20, 0.5};
    children[1] = {{}, 10, -0.10, 0.2};
    weigh_by_value(children, 70, {.exponent = plain().value_weight_exponent});
    CHECK(children[0].weight == doctest::Approx(61.196).epsilon(1e-4));
    CHECK(children[1].weight == doctest::Approx(8.804).epsilon(1e-4));
}

TEST_CASE("backup: a recomputation is the same however often it is done") {
    Tree5 tree;
    tree.expand(stats(1, 1, 1, 0.05, 0));
    tree.add(point_at(1, 1), 0.5, stats(60, 60, 60, 0.2, 0.01));
    tree.add(point_at(2, 2), 0.2, stats(10, 10, 10, -0.1, 0.01));
    Backup backup;
    backup.add_visit(tree.context, tree.parent);
    const NodeStats first = tree.parent.stats();
    CHECK(first.visits == 2);
    CHECK(first.weight == doctest::Approx(71));
    CHECK(first.utility == doctest::Approx((61.196 * 0.2 - 8.804 * 0.1) / 71).epsilon(1e-4));
    backup.add_visit(tree.context, tree.parent);
    CHECK(tree.parent.stats().utility == first.utility);
    CHECK(tree.parent.stats().visits == 3);
}

TEST_CASE("select: PUCT chooses as in the worked example") {
    Tree5 tree;
    NodeStats parent = stats(101, 101, 101, 0.10, 0);
    parent.utility_sq = 0.0325;
    CHECK(exploration_scaling(plain(), parent, 100) == doctest::Approx(5.29615).epsilon(1e-5));
    CHECK(puct(5.29615, 0.30, 60, 0.12) == doctest::Approx(0.14605).epsilon(1e-4));

    tree.expand(parent);
    tree.add(point_at(0, 0), 0.30, stats(60, 60, 60, 0.12, 0.01));
    tree.add(point_at(1, 0), 0.10, stats(25, 25, 25, 0.10, 0.01));
    tree.add(point_at(2, 0), 0.05, stats(15, 15, 15, 0.05, 0.01));
    tree.evaluation->policy[static_cast<size_t>(policy_index(point_at(3, 3), {5, 5}))] = 0.08f;
    tree.context.params.enable_more_passing_hacks = false;
    Selector selector;
    Rng rng(1);
    const Selection selection = selector.select(tree.context, {tree.parent, tree.context.root_history, 1}, rng);
    CHECK(selection.move == point_at(3, 3));
    CHECK(selection.edge == nullptr);
}

TEST_CASE("select: first-play urgency falls with the policy that was visited") {
    Tree5 tree;
    tree.evaluation->white_win = 0.525f;
    tree.evaluation->white_loss = 0.475f;  // utility 0.05 and no score
    tree.expand(stats(101, 101, 101, 0.10, 0));
    CHECK(first_play_utility(tree.context, tree.parent, tree.parent.stats(), 0.45) ==
          doctest::Approx(-0.07404).epsilon(1e-3));
}

TEST_CASE("select: a virtual loss adds weight, to the parent too, and lowers utility where it is to count as lost") {
    Tree5 tree;
    tree.expand(stats(30, 30, 30, 0.1, 0));
    Edge* edge = tree.add(point_at(1, 1), 0.5, stats(25, 25, 25, 0.10, 0.01));
    edge->child()->virtual_losses = 1;
    const double weight = edge_weight(*edge, *edge->child());
    const ChildView view = view_child(tree.context, tree.parent, *edge, weight, 0);
    CHECK(view.self_utility == doctest::Approx(0.10).epsilon(1e-3));
    CHECK(view.weight == doctest::Approx(26));
    CHECK(pending_weight(tree.context, *edge->child()) == doctest::Approx(1));
    tree.context.params.virtual_loss_utility = 1;
    const ChildView lost = view_child(tree.context, tree.parent, *edge, weight, 0);
    CHECK(lost.self_utility == doctest::Approx(0.0423).epsilon(1e-3));
    CHECK(lost.weight == doctest::Approx(26));
}

TEST_CASE("choice: confidence bounds and their effect are those of the worked example") {
    Tree5 tree;
    tree.expand(stats(91, 91, 91, 0.11, 0));
    const Edge* a = tree.add(point_at(1, 1), 0.5, stats(60, 60, 72, 0.10, 0.0225));
    const Edge* b = tree.add(point_at(2, 2), 0.3, stats(30, 30, 36, 0.13, 0.0144));
    CHECK(confidence_bound(tree.context, tree.parent, *a).radius == doctest::Approx(0.10610).epsilon(1e-3));
    CHECK(confidence_bound(tree.context, tree.parent, *a).lcb == doctest::Approx(-0.00610).epsilon(1e-2));
    CHECK(confidence_bound(tree.context, tree.parent, *b).radius == doctest::Approx(0.12051).epsilon(1e-3));
    const std::vector<MoveValue> values = move_values(tree.context, tree.parent, {});
    REQUIRE(values.size() == 2);
    CHECK(values[0].value == doctest::Approx(60));
    CHECK(values[1].value == doctest::Approx(74.48).epsilon(1e-3));
}

TEST_CASE("choice: temperature flattens or sharpens the draw") {
    Rng rng(5);
    const std::vector<double> values = {60, 30, 10};
    CHECK(draw_index(values, 0, 1, rng) == 0);
    int drawn[3] = {};
    for (int i = 0; i < 20000; ++i) ++drawn[draw_index(values, 0.5, 1, rng)];
    CHECK(drawn[1] / static_cast<double>(drawn[0]) == doctest::Approx(0.25).epsilon(0.06));
    CHECK(drawn[2] / static_cast<double>(drawn[0]) == doctest::Approx(0.0278).epsilon(0.2));
}

TEST_CASE("choice: the temperature fades with the turns") {
    const auto temperature = [](int turn) { return interpolate_early(0.5, 0.1, 19, turn, 19); };
    CHECK(temperature(0) == doctest::Approx(0.5));
    CHECK(temperature(19) == doctest::Approx(0.3));
    CHECK(temperature(38) == doctest::Approx(0.2));
    CHECK(temperature(100) == doctest::Approx(0.110).epsilon(0.01));
}

TEST_CASE("params: the weaker the play, the fewer visits and the freer the choice") {
    SearchParams params;
    params.max_visits = 1000;
    CHECK(params.at_strength() == params);
    SearchParams stronger = params.at_strength();
    for (params.play_strength = SearchParams::kFullStrength - 1; params.play_strength >= 1; --params.play_strength) {
        const SearchParams weak = params.at_strength();
        CHECK(weak.max_visits <= stronger.max_visits);
        CHECK(weak.max_visits_pondering == weak.max_visits);
        const bool freer =
            weak.chosen_move_temperature > stronger.chosen_move_temperature || weak.max_visits < stronger.max_visits;
        CHECK(freer);
        stronger = weak;
    }
    CHECK(stronger.max_visits == 1);
    params.play_strength = SearchParams::kFullStrength - 1;
    params.max_visits = 2;
    CHECK(params.at_strength().max_visits == 2);
}

TEST_CASE("root: of symmetric moves one is searched") {
    SearchContext context;
    context.root_history = BoardHistory(Board({9, 9}), Color::Black, Rules{});
    context.root_symmetries = symmetries_of(context);
    CHECK(context.root_symmetries.size() == 8);
    const std::vector<uint8_t> allowed = find_allowed_moves(context);
    int count = 0;
    for (const uint8_t move : allowed) count += move;
    CHECK(count == 15 + 1);  // a triangle of the board, and the pass

    context.root_history.make_move(point_at(2, 3), Color::Black);
    CHECK(symmetries_of(context).size() == 1);
}

TEST_CASE("root: noise keeps the policy a distribution over legal moves") {
    SearchContext context;
    context.root_history = BoardHistory(Board({5, 5}), Color::Black, Rules{});
    context.utility = UtilityFunction(context.params, 25, 0);
    auto evaluation = std::make_shared<Evaluation>();
    evaluation->policy.assign(26, 0.04f);
    evaluation->policy[3] = -1;
    context.root_evaluation = evaluation;
    Rng rng(3);
    CHECK(adjust_root_policy(context, rng) == evaluation);
    context.params.root_noise_enabled = true;
    context.params.root_policy_temperature = 1.5;
    context.root_hint = point_at(0, 0);
    const auto adjusted = adjust_root_policy(context, rng);
    double sum = 0;
    for (const float prior : adjusted->policy)
        if (prior >= 0) sum += prior;
    CHECK(sum == doctest::Approx(1).epsilon(1e-4));
    CHECK(adjusted->policy[3] == -1);
}
