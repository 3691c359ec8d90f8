// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "search/policy/choice.h"
#include "search/policy/select.h"
#include "search/search.h"
#include "search/small_tree.h"
#include "search/stub_backend.h"

using namespace katago;
using small_tree::stats;
using small_tree::Tree5;

namespace {

// Two children of 60 and 40 visits; people would play the second one, or a third that has no child.
struct HumanTree : Tree5 {
    const Point first = point_at(0, 0), second = point_at(1, 0), third = point_at(2, 0);
    std::shared_ptr<Evaluation> human = std::make_shared<Evaluation>();

    HumanTree() {
        std::fill(evaluation->policy.begin(), evaluation->policy.end(), -1.0f);
        human->width = human->height = 5;
        human->policy = evaluation->policy;
        add(first, 0.6, stats(60, 60, 60, 0.3, 0.01));
        add(second, 0.3, stats(40, 40, 40, 0.1, 0.01));
        evaluation->policy[2] = 0.1f;
        expand(stats(101, 101, 101, 0.2, 0.01));
        parent.make_root();
        set_human(0.1f, 0.6f, 0.3f);
        context.root_allowed.assign(26, 1);
        context.root_human_evaluation = human;
        context.params.use_lcb_for_selection = false;
        context.params.chosen_move_prune = 0;
        context.params.human_chosen_move_prop = 1;
    }

    void set_human(float p1, float p2, float p3) {
        human->policy[0] = p1;
        human->policy[1] = p2;
        human->policy[2] = p3;
    }

    double share_of(Point move) {
        double sum = 0, own = 0;
        for (const MoveValue& value : move_values(context, parent, {})) {
            sum += value.value;
            if (value.move == move) own = value.value;
        }
        return own / sum;
    }
};

}  // namespace

TEST_CASE("human: moves are chosen by the human policy, those without visits too") {
    HumanTree tree;
    CHECK(tree.share_of(tree.first) == doctest::Approx(0.1));
    CHECK(tree.share_of(tree.second) == doctest::Approx(0.6));
    CHECK(tree.share_of(tree.third) == doctest::Approx(0.3));
}

TEST_CASE("human: the choice is mixed in proportion, and bad moves are left out by lambda") {
    HumanTree tree;
    tree.context.params.human_chosen_move_prop = 0;
    const double plain = tree.share_of(tree.first);
    tree.context.params.human_chosen_move_prop = 0.25;
    CHECK(tree.share_of(tree.first) == doctest::Approx(0.75 * plain + 0.25 * 0.1));
    tree.context.params.human_chosen_move_prop = 1;
    tree.context.params.human_chosen_move_pikl_lambda = 0.1;
    // White's utilities are 0.3, 0.1, and for the third the mean of the two.
    const double a = 0.1, b = 0.6 * std::exp(-2), c = 0.3 * std::exp(-1);
    CHECK(tree.share_of(tree.first) == doctest::Approx(a / (a + b + c)));
    CHECK(tree.share_of(tree.third) == doctest::Approx(c / (a + b + c)));
}

TEST_CASE("human: passing can be left to the search") {
    HumanTree tree;
    tree.add(kPass, 0.2, stats(25, 25, 25, 0.3, 0.01));
    tree.context.params.human_chosen_move_prop = 0;
    const double share = tree.share_of(kPass);
    REQUIRE(share > 0);
    tree.context.params.human_chosen_move_prop = 1;
    tree.context.params.human_chosen_move_ignore_pass = true;
    CHECK(tree.share_of(kPass) == doctest::Approx(share));
    CHECK(tree.share_of(tree.second) == doctest::Approx((1 - share) * 0.6));
}

TEST_CASE("human: selection goes by the human policy as often as asked") {
    HumanTree tree;
    tree.set_human(0.0f, 0.0f, 1.0f);
    Selector selector;
    Rng rng(uint64_t{5});
    const Standpoint at{tree.parent, tree.context.root_history};
    CHECK(selector.select(tree.context, at, rng).counts);
    tree.context.params.human_root_explore_prob_weightful = 1;
    tree.context.params.human_cpuct_exploration = 100;
    Selection selection = selector.select(tree.context, at, rng);
    CHECK(selection.move == tree.third);
    CHECK(selection.counts);
    tree.context.params.human_root_explore_prob_weightless = 0.4;
    int uncounted = 0;
    for (int i = 0; i < 1000; ++i) uncounted += !selector.select(tree.context, at, rng).counts;
    CHECK(uncounted > 300);
    CHECK(uncounted < 500);
    CHECK_FALSE(selector.select(tree.context, at, rng).extra);
}

TEST_CASE("human: looks that count nowhere use up the limit, but add no visits to the root") {
    const auto evaluator = stub::make_evaluator();
    const auto human = stub::make_evaluator({.policy_spread = 5});
    SearchParams params;
    params.max_visits = 400;
    params.human_root_explore_prob_weightless = 0.5;
    params.human_pla_explore_prob_weightless = 0.1;
    params.human_opp_explore_prob_weightful = 0.3;
    Search search(*evaluator, params, 3);
    search.set_human_evaluator(human.get());
    search.set_position(stub::empty_board(9));
    const SearchResult result = search.run({});
    CHECK(result.playouts == 400);
    const Report report = search.report({});
    CHECK(report.root.values.visits < 300);
    CHECK(report.root.values.visits > 100);
    CHECK(report.root.human.has_value());
    CHECK(report.human_policy.size() == 82);
    CHECK(report.moves.front().human_prior.has_value());
    CHECK(human->stats().evaluations > 100);
}

TEST_CASE("human: an unknown profile is refused, and one is needed where the network wants it") {
    const auto evaluator = stub::make_evaluator();
    SearchParams params;
    params.human_profile = "rank_40k";
    CHECK_THROWS_AS(Search(*evaluator, params, 1), ConfigError);
}
