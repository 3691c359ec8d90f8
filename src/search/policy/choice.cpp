// SPDX-License-Identifier: MIT
#include "search/policy/choice.h"

#include <algorithm>
#include <cmath>

#include "search/policy/dame_before_pass.h"
#include "search/policy/human_choice.h"
#include "search/policy/puct.h"

namespace katago {

namespace {

// The child that others are measured by.
size_t reference_child(const SearchContext& context, const TreeNode& node, const std::vector<MoveValue>& values) {
    size_t best = 0;
    double best_goodness = -1e50;
    for (size_t i = 0; i < values.size(); ++i) {
        const auto visits = static_cast<double>(values[i].edge->visits());
        const double goodness = values[i].value * std::max(0.0, visits - 1) / std::max(1.0, visits) +
                                2 * prior_of(context, node, values[i].move);
        if (goodness > best_goodness) {
            best_goodness = goodness;
            best = i;
        }
    }
    return best;
}

// Takes away visits that PUCT would not have spent, had it known what it knows now.
void reduce_in_retrospect(const SearchContext& context, const TreeNode& node, size_t reference,
                          std::vector<MoveValue>& values) {
    double total = 0, policy = 0;
    for (const Edge& edge : node.edges()) {
        total += edge_weight(edge, *edge.child());
        policy += std::max(0.0, prior_of(context, node, edge.move()));
    }
    const NodeStats stats = node.stats();
    const double scaling = exploration_scaling(context.params, stats, total);
    const double fpu = first_play_utility(context, node, stats, policy);
    const Edge& best_edge = *values[reference].edge;
    const ChildView best = view_child(context, node, best_edge, edge_weight(best_edge, *best_edge.child()), fpu);
    const double best_score =
        puct(scaling, prior_of(context, node, values[reference].move), best.weight, best.self_utility);
    for (size_t i = 0; i < values.size(); ++i) {
        if (i == reference) continue;
        MoveValue& value = values[i];
        const TreeNode& child = *value.edge->child();
        const NodeStats child_stats = child.stats();
        const double prior = prior_of(context, node, value.move);
        double wanted = 0;
        if (child_stats.usable() && prior >= 0) {
            const double utility = child_stats.utility + context.ending_bonus_utility(value.move, child_stats);
            const double room = best_score - for_player(node.player(), utility);
            wanted = room > 0 ? std::max(0.0, scaling * prior / room - 1) : 1e100;
        }
        value.value = value.value > 0 ? std::ceil(std::min(value.value, wanted)) : 0;
    }
}

// The root's moves by policy, where it has no children.
std::vector<MoveValue> values_of_policy(const SearchContext& context, const TreeNode& node, bool suppress_pass) {
    const std::vector<float>& policy = node.evaluation()->policy;
    std::vector<MoveValue> values;
    for (const bool only_allowed : {true, false}) {
        for (size_t i = 0; i < policy.size(); ++i) {
            if (policy[i] < 0 || (only_allowed && !context.root_allowed[i]) ||
                context.avoided(node.player(), static_cast<int>(i), 0))
                continue;
            const Point move = point_of_policy_index(static_cast<int>(i), context.size(), context.size());
            values.push_back({move, nullptr, move == kPass && suppress_pass ? 0.0 : policy[i], {}});
        }
        if (!values.empty()) break;
    }
    return values;
}

double largest(const std::vector<MoveValue>& values) {
    double maximum = 0;
    for (const MoveValue& value : values) maximum = std::max(maximum, value.value);
    return maximum;
}

// The values of a node's children by their visits.
std::vector<MoveValue> values_of_children(const SearchContext& context, const TreeNode& node, bool lcb,
                                          bool suppress_pass) {
    std::vector<MoveValue> values;
    for (const Edge& edge : node.edges()) {
        const bool counts = prior_of(context, node, edge.move()) >= 0 && !(edge.move() == kPass && suppress_pass);
        values.push_back({.move = edge.move(),
                          .edge = &edge,
                          .value = counts ? edge_weight(edge, *edge.child()) : 0,
                          .bound = confidence_bound(context, node, edge)});
    }
    if (values.empty()) return values;
    const size_t reference = reference_child(context, node, values);
    const double reference_weight = values[reference].value;
    if (node.is_root()) reduce_in_retrospect(context, node, reference, values);
    if (lcb && context.params.use_lcb_for_selection) apply_lcb(context.params, reference_weight, values);
    return values;
}

}  // namespace

std::vector<MoveValue> move_values(const SearchContext& context, const TreeNode& node, const ChoiceOptions& options) {
    if (!node.evaluation()) return {};
    const SearchParams& params = context.params;
    const bool suppress_pass = pass_is_suppressed(context, node);
    std::vector<MoveValue> values = values_of_children(context, node, options.lcb, suppress_pass);
    if (values.empty() && options.raw_policy && node.is_root()) values = values_of_policy(context, node, suppress_pass);
    double maximum = largest(values);
    if (maximum <= 1e-50) {
        for (MoveValue& value : values) value.value = std::max(0.0, prior_of(context, node, value.move));
        maximum = largest(values);
        if (maximum <= 1e-50) return {};
    }
    const double subtract = std::min(params.chosen_move_subtract, maximum / 64);
    const double prune = std::min(params.chosen_move_prune, maximum / 64);
    for (MoveValue& value : values) value.value = value.value < prune ? 0 : std::max(0.0, value.value - subtract);
    mix_human(context, node, suppress_pass, options.raw_policy, values);
    maximum = largest(values);
    if (maximum < options.smallest_maximum)
        for (MoveValue& value : values) value.value *= options.smallest_maximum / maximum;
    return values;
}

NodeStats pruned_stats(const SearchContext& context, const TreeNode& node) {
    const NodeStats plain = node.stats();
    const std::vector<MoveValue> values =
        move_values(context, node, {.lcb = false, .raw_policy = false, .smallest_maximum = 1});
    NodeStats sum;
    double total = 0;
    for (const MoveValue& value : values) {
        if (!value.edge) continue;
        const NodeStats child = value.edge->child()->stats();
        if (!child.usable() || value.edge->visits() <= 0) continue;
        sum.add_weighted(child, value.value);
        total += value.value;
    }
    if (total <= 0) return plain;
    const Evaluation& evaluation = *node.evaluation();
    const NodeStats own =
        stats_of(evaluation, evaluation_weight(context.params, context.utility, evaluation), context.utility);
    sum.add_weighted(own, own.weight);
    sum.divide_by(total + own.weight);
    sum.win_loss = std::clamp(sum.win_loss, -1.0, 1.0);
    sum.visits = plain.visits;
    sum.weight = plain.weight;
    sum.weight_sq = plain.weight_sq;
    return sum;
}

size_t draw_index(const std::vector<double>& values, double temperature, double only_below, Rng& rng) {
    const size_t first_best = static_cast<size_t>(std::max_element(values.begin(), values.end()) - values.begin());
    if (temperature <= 1e-4 && only_below >= 1) return first_best;
    const double maximum = values[first_best];
    double sum = 0;
    for (const double value : values) sum += value;
    const double threshold = std::min(0.0, std::log(std::max(only_below, 1e-50)) + std::log(sum / maximum));
    std::vector<double> shares(values.size(), 0.0);
    double total = 0;
    for (size_t i = 0; i < values.size(); ++i) {
        if (values[i] <= 0) continue;
        const double log_share = std::log(values[i] / maximum);
        const double cooled =
            log_share > threshold ? log_share : (log_share - threshold) / std::max(temperature, 1e-4) + threshold;
        total += shares[i] = std::exp(cooled);
    }
    double left = rng.uniform() * total;
    for (size_t i = 0; i < shares.size(); ++i) {
        if (shares[i] > 0 && left < shares[i]) return i;
        left -= shares[i];
    }
    return first_best;
}

Surprise policy_surprise(const SearchContext& context, const TreeNode& node) {
    Surprise result;
    if (!node.evaluation()) return result;
    const std::vector<MoveValue> values = move_values(context, node, {.smallest_maximum = 1});
    double sum = 0;
    for (const MoveValue& value : values) sum += value.value;
    for (const MoveValue& value : values) {
        const double target = value.value / sum;
        if (target <= 1e-100) continue;
        const double prior = std::max(1e-100, prior_of(context, node, value.move));
        result.surprise += target * std::log(target / prior);
        result.search_entropy -= target * std::log(target);
    }
    for (const float policy : node.evaluation()->policy)
        if (policy > 1e-100) result.policy_entropy -= policy * std::log(static_cast<double>(policy));
    result.surprise = std::max(0.0, result.surprise);
    result.search_entropy = std::max(0.0, result.search_entropy);
    result.policy_entropy = std::max(0.0, result.policy_entropy);
    return result;
}

}  // namespace katago
