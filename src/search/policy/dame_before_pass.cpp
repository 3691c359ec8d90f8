// SPDX-License-Identifier: MIT
#include "search/policy/dame_before_pass.h"

#include <algorithm>
#include <cmath>

#include "game/board.h"

namespace katago {

bool pass_is_suppressed(const SearchContext& context, const TreeNode& node) {
    if (!node.is_root() || !context.params.fill_dame_before_pass) return false;
    const BoardHistory& history = context.root_history;
    if (history.rules().scoring != ScoringRule::Territory || history.phase() != 0) return false;
    const Edge* pass = node.find_edge(kPass);
    const Evaluation& evaluation = *node.evaluation();
    if (!pass || !evaluation.has_ownership()) return false;
    const double pass_weight = edge_weight(*pass, *pass->child());
    if (pass_weight <= 1e-10) return false;
    const Player player = node.player();
    const NodeStats of_pass = pass->child()->stats();
    const auto owned = [&](Point point) {
        return for_player(player, evaluation.white_ownership[static_cast<size_t>(context.policy_index_of(point))]);
    };
    for (const Edge& edge : node.edges()) {
        if (edge.move() == kPass) continue;
        const bool in_enemy_area =
            owned(edge.move()) < -0.95 && std::none_of(kNeighborSteps.begin(), kNeighborSteps.end(), [&](Point step) {
                const auto point = static_cast<Point>(edge.move() + step);
                return context.root_board().on_board(point) && owned(point) > 0.95;
            });
        const double weight = edge_weight(edge, *edge.child());
        const bool searched = weight > 1e-10 && (edge.visits() > 500 || weight > 2 * std::sqrt(pass_weight));
        if (in_enemy_area || !searched) continue;
        const NodeStats stats = edge.child()->stats();
        if (for_player(player, stats.utility - of_pass.utility) > -0.1 &&
            for_player(player, stats.score_mean - of_pass.score_mean) > -0.5 &&
            for_player(player, stats.lead - of_pass.lead) > -0.5)
            return true;
    }
    return false;
}

}  // namespace katago
