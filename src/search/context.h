// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "eval/eval_options.h"
#include "eval/evaluation.h"
#include "game/history.h"
#include "search/params.h"
#include "search/utility.h"

namespace katago {

// What stays the same during a run: position, parameters, and what was worked out from them at its start. Immutable
// while threads search.
struct SearchContext {
    SearchParams params;
    BoardHistory root_history;
    Hash128 root_graph_hash;
    Player search_player = Color::Empty;  // whom the search is for
    UtilityFunction utility;
    double terminal_weight = 1;  // of a visit to the end of a game
    bool ownership_wanted = false;

    // The root's evaluation as the network gave it, and with noise, temperature and hint on its policy.
    std::shared_ptr<const Evaluation> root_evaluation;
    std::shared_ptr<const Evaluation> adjusted_root_evaluation;
    PointColors root_safe_area{};
    // By policy index: whether the root may play there, and points (for White) added to the score of doing so.
    std::vector<uint8_t> root_allowed;
    std::vector<double> root_ending_bonus;
    std::vector<int> root_symmetries;  // under which the position looks the same; the identity first
    Point root_hint = kNullPoint;
    std::vector<int> avoid_black, avoid_white;  // AvoidDepths

    const Board& root_board() const { return root_history.board(); }
    BoardSize size() const { return root_board().size(); }
    Player root_player() const { return root_history.next_player(); }
    int policy_index_of(Point move) const { return policy_index(move, size()); }

    const std::vector<int>& avoid_depths(Player player) const {
        return player == Color::Black ? avoid_black : avoid_white;
    }
    // Is a new move of `player` at this policy index left out, `depth` moves below the root?
    bool avoided(Player player, int index, int depth) const {
        const std::vector<int>& depths = avoid_depths(player);
        return !depths.empty() && depth < depths[static_cast<size_t>(index)];
    }
    // Utility that the ending bonus adds to a child of the root, White's view.
    double ending_bonus_utility(Point move, const NodeStats& child) const {
        const auto index = static_cast<size_t>(policy_index_of(move));
        if (index >= root_ending_bonus.size() || root_ending_bonus[index] == 0) return 0;
        return utility.of_bonus(child, root_ending_bonus[index]);
    }

    // How to ask the network about a position `depth` moves below the root with `player` to move.
    EvalOptions eval_options(int depth, Player player) const;
};

}  // namespace katago
