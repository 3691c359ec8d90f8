// SPDX-License-Identifier: MIT
#include "search/run/backup.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

namespace katago {

namespace {

// Raises all to a power. The usual exponent is 1/4, and this runs for every child of every node on the way back.
void raise(std::span<double> values, double exponent) {
    if (exponent == 0.25) {
        for (double& value : values) value = std::sqrt(std::sqrt(value));
    } else {
        for (double& value : values) value = std::pow(value, exponent);
    }
}

// The weights that a node's children have by the visits of its edges.
struct ChildWeights {
    double total = 0, largest = 0;
};

// Fills `children` with those that count, in the order in which they were made.
ChildWeights gather_children(const SearchContext& context, const TreeNode& node, std::vector<ChildTerm>& children) {
    const Evaluation& evaluation = *node.evaluation();
    ChildWeights weights;
    children.clear();
    for (const Edge& edge : node.edges()) {
        const TreeNode& child = *edge.child();
        const int64_t edge_visits = edge.visits();
        ChildTerm term{.stats = child.stats()};
        if (!term.stats.usable() || edge_visits <= 0) continue;
        term.weight = term.stats.weight * (static_cast<double>(edge_visits) / static_cast<double>(term.stats.visits));
        term.self_utility = for_player(node.player(), term.stats.utility);
        term.policy = evaluation.policy[static_cast<size_t>(context.policy_index_of(edge.move()))];
        weights.total += term.weight;
        weights.largest = std::max(weights.largest, term.weight);
        children.push_back(term);
    }
    return weights;
}

}  // namespace

double prune_noise(const SearchParams& params, std::vector<ChildTerm>& children) {
    double kept_weight = 0, kept_utility = 0, policy_before = 0;
    for (size_t i = 0; i < children.size(); ++i) {
        ChildTerm& child = children[i];
        const double policy = std::max(1e-30, child.policy);
        if (i > 0 && kept_weight > 0) {
            const double gap = kept_utility / kept_weight - child.self_utility;
            const double share = kept_weight * policy / policy_before;
            if (gap > 0 && child.weight > 2 * share) {
                const double excess = child.weight - 2 * share;
                child.weight -= std::min(excess * (1 - std::exp(-gap / params.noise_prune_utility_scale)),
                                         params.noise_pruning_cap);
            }
        }
        kept_weight += child.weight;
        kept_utility += child.self_utility * child.weight;
        policy_before += policy;
    }
    return kept_weight;
}

void weigh_by_value(std::vector<ChildTerm>& children, double total, const ValueWeighing& weighing) {
    double sum = 0, utility_sum = 0;
    for (const ChildTerm& child : children) {
        sum += child.weight;
        utility_sum += child.weight * child.self_utility;
    }
    if (!(sum > 0)) return;
    const double mean = utility_sum / sum;
    // In passes over arrays, so that roots and quotients are vector instructions.
    std::array<double, kMaxPolicySize> weights, factors;  // not initialised
    const size_t count = children.size();
    for (size_t i = 0; i < count; ++i) weights[i] = children[i].weight;
    if (weighing.exponent > 0) {
        for (size_t i = 0; i < count; ++i) factors[i] = children[i].self_utility - mean;
        for (size_t i = 0; i < count; ++i) factors[i] /= std::sqrt(1e-8 + 1 / (1.5 * std::sqrt(weights[i])));
        for (size_t i = 0; i < count; ++i) factors[i] = student_t3_cdf(factors[i]) + 0.0001;
        raise({factors.data(), count}, weighing.exponent);
    } else {
        std::fill_n(factors.begin(), count, 1.0);
    }
    double left = 0;
    for (size_t i = 0; i < count; ++i) {
        children[i].weight =
            weights[i] < weighing.prune ? 0 : std::max(0.0, weights[i] - weighing.subtract) * factors[i];
        left += children[i].weight;
    }
    if (!(left > 0)) return;
    for (ChildTerm& child : children) child.weight *= total / left;
}

namespace {

// Adds to a node's utility the two terms that do not come from the search below it: the bonus of a repeated pattern,
// and the values remembered from earlier searches, blended in by their weight.
void add_knowledge(const SearchContext& context, const TreeNode& node, NodeStats& stats) {
    const double bonus = context.pattern_utility(node);
    const RememberedValues* remembered = node.is_root() ? nullptr : context.remembered(node);
    if (bonus == 0 && !remembered) return;
    const double old_utility = stats.utility;
    stats.utility += bonus;
    if (remembered) {
        int64_t visits = 1;
        for (const Edge& edge : node.edges()) visits += edge.visits();
        const double stdev = stats.score_stdev();
        const double part =
            remembered->blend_into(stats, static_cast<double>(visits), context.params.eval_cache_min_visits);
        const double known = context.utility.of_result(remembered->win_loss, remembered->no_result) +
                             context.utility.of_score(remembered->score_mean, stdev);
        stats.utility += part * (known - stats.utility);
    }
    stats.utility_sq += stats.utility * stats.utility - old_utility * old_utility;
}

}  // namespace

void Backup::add_visit(const SearchContext& context, TreeNode& node) {
    // The thread that finds the counter at zero works until it is zero again, also for those that come meanwhile.
    if (node.pending_visits.fetch_add(1, std::memory_order_acq_rel) != 0) return;
    int32_t taken = 1;
    do {
        recompute(context, node, taken);
        taken = node.pending_visits.fetch_sub(taken, std::memory_order_acq_rel) - taken;
    } while (taken > 0);
}

void Backup::refresh(const SearchContext& context, TreeNode& node) {
    if (node.evaluation()) node.set_own_utility(stats_of(*node.evaluation(), 1, context.utility).utility);
    if (node.has_edges() && node.evaluation()) {
        recompute(context, node, 0);
        return;
    }
    NodeStats stats = node.stats();
    if (!stats.usable()) return;
    stats.utility = context.utility.of(stats) + context.pattern_utility(node);
    stats.utility_sq = stats.utility * stats.utility;
    node.set_averages(stats, 0);
}

void Backup::recompute(const SearchContext& context, TreeNode& node, int64_t new_visits) {
    const SearchParams& params = context.params;
    const Evaluation& evaluation = *node.evaluation();
    const auto [original_total, largest] = gather_children(context, node, children_);
    double total = original_total;
    // Against mirror go the visits go where they must, not where the values are.
    const bool mirrored = context.mirror.active();
    if (params.use_noise_pruning && !mirrored && children_.size() >= 2 && total > 0.00001)
        total = prune_noise(params, children_);
    const bool trims = node.is_root() && params.root_noise_enabled && !params.use_noise_pruning;
    weigh_by_value(children_, total,
                   {.exponent = mirrored ? 0 : params.value_weight_exponent,
                    .subtract = trims ? std::min(params.chosen_move_subtract, largest / 64) : 0,
                    .prune = trims ? std::min(params.chosen_move_prune, largest / 64) : 0});

    NodeStats sum;
    for (const ChildTerm& child : children_) {
        sum.add_weighted(child.stats, child.weight);
        const double scale = child.weight / child.stats.weight;
        sum.weight_sq += scale * scale * child.stats.weight_sq;
    }
    NodeStats own = stats_of(evaluation, evaluation_weight(params, context.utility, evaluation), node.own_utility());
    if (node.bias.entry) {
        if (total > 1e-10) {
            const double weight = std::pow(original_total, params.subtree_value_bias_weight_exponent);
            const double delta = (sum.utility / total - own.utility) * weight;
            own.utility += params.subtree_value_bias_factor *
                           node.bias.entry->update(node.bias.delta, node.bias.weight, delta, weight);
            node.bias.delta = delta;
            node.bias.weight = weight;
        } else {
            own.utility += params.subtree_value_bias_factor * node.bias.entry->mean();
        }
        own.utility_sq = own.utility * own.utility;
    }
    sum.add_weighted(own, own.weight);
    sum.weight_sq += own.weight_sq;
    sum.weight = total + own.weight;
    sum.divide_by(sum.weight);
    add_knowledge(context, node, sum);
    node.set_averages(sum, new_visits);
}

NodeStats first_stats(const SearchContext& context, const TreeNode& node, const Evaluation& evaluation,
                      double own_utility) {
    NodeStats stats = stats_of(evaluation, evaluation_weight(context.params, context.utility, evaluation), own_utility);
    const RememberedValues* remembered = node.is_root() ? nullptr : context.remembered(node);
    if (remembered && remembered->blend_into(stats, 1, context.params.eval_cache_min_visits) > 0)
        stats.utility = context.utility.of(stats);
    if (node.bias.entry) stats.utility += context.params.subtree_value_bias_factor * node.bias.entry->mean();
    stats.utility += context.pattern_utility(node);
    if (stats.utility != own_utility) stats.utility_sq = stats.utility * stats.utility;
    return stats;
}

}  // namespace katago
