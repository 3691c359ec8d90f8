// SPDX-License-Identifier: MIT
#include "search/policy/human_choice.h"

#include <algorithm>
#include <cmath>

namespace katago {

namespace {

// The root's moves that have no child, with no value.
void add_unsearched(const SearchContext& context, const TreeNode& node, std::vector<MoveValue>& values) {
    std::vector<bool> listed(node.evaluation()->policy.size(), false);
    for (const MoveValue& value : values) listed[static_cast<size_t>(context.policy_index_of(value.move))] = true;
    for (size_t i = 0; i < listed.size(); ++i) {
        const auto index = static_cast<int>(i);
        if (!listed[i] && node.evaluation()->policy[i] >= 0 && context.root_allowed[i] &&
            !context.avoided(node.player(), index, 0))
            values.push_back({point_of_policy_index(index, context.size(), context.size()), nullptr, 0, {}});
    }
}

// What people would play, of moves that are not much worse than the best; empty where that is nothing.
std::vector<double> human_shares(const SearchContext& context, const TreeNode& node, const Evaluation& human,
                                 const std::vector<MoveValue>& values, bool suppress_pass) {
    double known_sum = 0;
    int known = 0;
    for (const Edge& edge : node.edges()) {
        if (!edge.child()->stats().usable()) continue;
        known_sum += for_player(node.player(), edge.child()->utility());
        ++known;
    }
    const double unknown = known > 0 ? known_sum / known : 0;
    std::vector<double> utilities;
    for (const MoveValue& value : values)
        utilities.push_back(value.edge && value.edge->child()->stats().usable()
                                ? for_player(node.player(), value.edge->child()->utility())
                                : unknown);
    const double best = *std::max_element(utilities.begin(), utilities.end());
    std::vector<double> shares;
    double sum = 0;
    for (size_t i = 0; i < values.size(); ++i) {
        const bool suppressed = values[i].move == kPass && suppress_pass;
        const double prior =
            suppressed ? 0 : human.policy[static_cast<size_t>(context.policy_index_of(values[i].move))];
        shares.push_back(
            std::max(0.0, prior) *
            std::exp((utilities[i] - best) / std::max(1e-30, context.params.human_chosen_move_pikl_lambda)));
        sum += shares.back();
    }
    if (!(sum > 0)) return {};
    for (double& share : shares) share /= sum;
    return shares;
}

// Leaves the pass the share that it has in the values.
void keep_share_of_pass(const std::vector<MoveValue>& values, double total, std::vector<double>& shares) {
    double pass_value = 0, other_shares = 0;
    for (size_t i = 0; i < values.size(); ++i)
        (values[i].move == kPass ? pass_value : other_shares) += values[i].move == kPass ? values[i].value : shares[i];
    for (size_t i = 0; i < values.size(); ++i)
        if (values[i].move == kPass)
            shares[i] = pass_value / total;
        else
            shares[i] *= other_shares > 0 ? (1 - pass_value / total) / other_shares : 0;
}

}  // namespace

void mix_human(const SearchContext& context, const TreeNode& node, bool suppress_pass, bool any_move,
               std::vector<MoveValue>& values) {
    const double proportion = context.params.human_chosen_move_prop;
    const Evaluation* human = proportion > 0 ? context.human_evaluation(node) : nullptr;
    if (!human) return;
    if (node.is_root() && any_move) add_unsearched(context, node, values);
    std::vector<double> shares = human_shares(context, node, *human, values, suppress_pass);
    if (shares.empty()) return;
    double total = 0;
    for (const MoveValue& value : values) total += value.value;
    if (context.params.human_chosen_move_ignore_pass) keep_share_of_pass(values, total, shares);
    for (size_t i = 0; i < values.size(); ++i) values[i].value += proportion * (total * shares[i] - values[i].value);
}

}  // namespace katago
