// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <vector>

#include "search/policy/context.h"
#include "search/tree/node.h"

// Nodes made by hand, for tests of formulas.
namespace small_tree {

using namespace katago;

// A node with an evaluation whose policy is given move by move, and children with statistics.
struct Tree5 {
    SearchContext context;
    TreeNode parent{Color::White, {}, false};
    std::vector<std::unique_ptr<TreeNode>> children;
    std::shared_ptr<Evaluation> evaluation = std::make_shared<Evaluation>();

    Tree5() {
        context.root_history = BoardHistory(Board({5, 5}), Color::White, Rules{});
        context.utility = UtilityFunction(context.params, 25, 0);
        evaluation->width = evaluation->height = 5;
        evaluation->policy.assign(26, 0.0f);
        context.root_evaluation = context.adjusted_root_evaluation = evaluation;
    }

    void expand(const NodeStats& stats) {
        const double utility = stats_of(*evaluation, 1, context.utility).utility;
        REQUIRE(parent.set_evaluation({.own = evaluation, .human = nullptr, .own_utility = utility}, stats));
    }

    Edge* add(Point move, double prior, const NodeStats& stats) {
        children.push_back(std::make_unique<TreeNode>(Color::Black, Hash128{}, false));
        NodeStats averages = stats;
        averages.visits = 0;
        children.back()->set_averages(averages, stats.visits);
        evaluation->policy[static_cast<size_t>(policy_index(move, {5, 5}))] = static_cast<float>(prior);
        Edge* edge = parent.add_edge(move, children.back().get());
        for (int64_t i = 0; i < stats.visits; ++i) edge->add_visit();
        return edge;
    }
};

inline NodeStats stats(int64_t visits, double weight, double weight_sq, double utility, double variance) {
    NodeStats result;
    result.visits = visits;
    result.weight = weight;
    result.weight_sq = weight_sq;
    result.utility = utility;
    result.utility_sq = utility * utility + variance;
    return result;
}

}  // namespace small_tree
