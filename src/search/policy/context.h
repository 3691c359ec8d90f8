// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "eval/eval_options.h"
#include "eval/evaluation.h"
#include "game/history.h"
#include "search/params.h"
#include "search/policy/mirror.h"
#include "search/policy/utility.h"
#include "search/tree/pattern.h"
#include "search/tree/value_memory.h"

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
    std::optional<SgfMetadata> profile;  // of params.human_profile
    // Whether a network that imitates people is asked, also below the root; its mode of pass-alive areas.
    bool asks_human = false;
    bool human_below_root = false;
    bool human_pass_alive_under_suicide = false;
    MirrorGame mirror;
    PatternBonuses patterns;                          // for moves of search_player
    std::shared_ptr<const ValueMemory> value_memory;  // null: not in use
    Hash128 params_hash;                              // of its keys

    // The root's evaluation as the network gave it, and with noise, temperature and hint on its policy.
    std::shared_ptr<const Evaluation> root_evaluation;
    std::shared_ptr<const Evaluation> adjusted_root_evaluation;
    std::shared_ptr<const Evaluation> root_human_evaluation;  // null: none
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
    // The same for the network that imitates people.
    EvalOptions human_eval_options(int depth, Player player) const;
    // That network's evaluation of a node which has been evaluated; null: it was not asked.
    const Evaluation* human_evaluation(const TreeNode& node) const {
        return node.is_root() ? root_human_evaluation.get() : node.human_evaluation();
    }
    // Anti-mirror at the end of `history`; only where `mirror` is active.
    MirrorLine mirror_line(const BoardHistory& history) const {
        return {mirror, history, root_board(), root_history.moves().size()};
    }
    // Added to White's utility at a node for the move that led there.
    double pattern_utility(const TreeNode& node) const {
        const NodeExtras* extras = patterns.empty() ? nullptr : node.extras();
        return extras && extras->pattern != 0 ? patterns.white_utility(extras->pattern) : 0;
    }
    // The values remembered of a node's position from earlier searches; null: none.
    const RememberedValues* remembered(const TreeNode& node) const {
        const NodeExtras* extras = node.extras();
        return extras && !node.force_non_terminal() ? extras->remembered.get() : nullptr;
    }
};

}  // namespace katago
