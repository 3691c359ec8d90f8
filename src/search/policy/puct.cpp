// SPDX-License-Identifier: MIT
#include "search/policy/puct.h"

#include <cmath>

namespace katago {

double exploration_scaling(const SearchParams& params, const NodeStats& parent, double children_weight) {
    const double base = params.cpuct_exploration_base;
    const double cpuct =
        params.cpuct_exploration + params.cpuct_exploration_log * std::log((children_weight + base) / base);
    const double prior = params.cpuct_utility_stdev_prior;
    double stdev = prior;
    if (parent.visits > 0 && parent.weight > 1) {
        const double square = parent.utility * parent.utility;
        const double prior_weight = params.cpuct_utility_stdev_prior_weight;
        const double mean_square =
            ((square + prior * prior) * prior_weight + std::max(parent.utility_sq, square) * parent.weight) /
            (prior_weight + parent.weight - 1);
        stdev = std::sqrt(std::max(0.0, mean_square - square));
    }
    const double stdev_factor = 1 + params.cpuct_utility_stdev_scale * (stdev / prior - 1);
    return cpuct * std::sqrt(children_weight + 0.01) * stdev_factor;
}

double first_play_utility(const SearchContext& context, const TreeNode& node, const NodeStats& parent,
                          double visited_policy) {
    const SearchParams& params = context.params;
    const double of_network = node.own_utility();
    double utility;
    if (params.fpu_parent_weight_by_visited_policy) {
        const double average = std::min(1.0, std::pow(visited_policy, params.fpu_parent_weight_by_visited_policy_pow));
        utility = average * parent.utility + (1 - average) * of_network;
    } else {
        utility = params.fpu_parent_weight * of_network + (1 - params.fpu_parent_weight) * parent.utility;
    }
    const double reduction = node.is_root() ? params.effective_root_fpu_reduction_max() : params.fpu_reduction_max;
    const double loss_prop = node.is_root() ? params.effective_root_fpu_loss_prop() : params.fpu_loss_prop;
    utility -= for_player(node.player(), reduction * std::sqrt(visited_policy));
    const double loss = for_player(node.player(), -context.utility.radius());
    return utility + (loss - utility) * loss_prop;
}

}  // namespace katago
