// SPDX-License-Identifier: MIT
#include "search/policy/move_value.h"

#include <algorithm>
#include <cmath>

namespace katago {

ConfidenceBound confidence_bound(const SearchContext& context, const TreeNode& parent, const Edge& edge) {
    const double radius_of_utility = context.utility.radius();
    const TreeNode& child = *edge.child();
    const NodeStats stats = child.stats();
    const double share = static_cast<double>(edge.visits()) / static_cast<double>(std::max<int64_t>(1, stats.visits));
    double weight = stats.weight * share;
    double weight_sq = stats.weight_sq * share;
    if (!stats.usable() || weight <= 0 || weight_sq <= 0) {
        const double radius = 2 * radius_of_utility * context.params.lcb_stdevs;
        return {-radius, radius};
    }
    const double utility = stats.utility;
    double sample_size = weight * weight / weight_sq;
    // A prior of the largest variance there can be, which a few visits outweigh.
    const double prior_weight = weight / (sample_size * sample_size * sample_size);
    double mean_square = std::max(stats.utility_sq, utility * utility + 1e-8);
    mean_square = (mean_square * weight + (mean_square + radius_of_utility * radius_of_utility) * prior_weight) /
                  (weight + prior_weight);
    weight += prior_weight;
    weight_sq += prior_weight * prior_weight;
    sample_size = weight * weight / weight_sq;
    const double radius = context.params.lcb_stdevs * std::sqrt((mean_square - utility * utility) / sample_size);
    const double bonus = parent.is_root() ? context.ending_bonus_utility(edge.move(), stats) : 0;
    return {for_player(parent.player(), utility + bonus) - radius, radius};
}

void apply_lcb(const SearchParams& params, double reference_weight, std::vector<MoveValue>& values) {
    size_t best = values.size();
    double best_lcb = -1e10;
    for (size_t i = 0; i < values.size(); ++i) {
        const MoveValue& value = values[i];
        if (value.value <= 0 || value.value < params.min_visit_prop_for_lcb * reference_weight) continue;
        if (value.bound.lcb > best_lcb) {
            best_lcb = value.bound.lcb;
            best = i;
        }
    }
    if (best == values.size() || (best == 0 && !params.use_non_buggy_lcb)) return;
    double raised = values[best].value;
    for (size_t i = 0; i < values.size(); ++i) {
        const double excess = best_lcb - values[i].bound.lcb;
        if (i == best || excess < 0) continue;
        const double radius = values[i].bound.radius;
        const double factor = (radius + excess) / (radius + 0.2 * excess);
        raised = std::max(raised, factor * factor * values[i].value);
    }
    values[best].value = raised;
}

}  // namespace katago
