// SPDX-License-Identifier: MIT
#include "search/policy/context.h"

namespace katago {

EvalOptions SearchContext::eval_options(int depth, Player player) const {
    const bool is_root = depth == 0;
    EvalOptions options;
    options.draw_equivalent_wins_for_white = params.draw_equivalent_wins_for_white;
    options.conservative_pass_and_is_root = params.conservative_pass && is_root;
    options.enable_passing_hacks = params.enable_passing_hacks;
    options.policy_temperature = params.nn_policy_temperature;
    options.policy_optimism = is_root ? params.effective_root_policy_optimism() : params.policy_optimism;
    options.include_ownership = is_root || ownership_wanted;
    if (params.ignore_all_history)
        options.max_history = 0;
    else if (params.ignore_pre_root_history)
        options.max_history = depth;
    if (params.playout_doubling_advantage != 0) {
        const Player advantaged = parse_player(params.playout_doubling_advantage_pla).value_or(search_player);
        options.playout_doubling_advantage =
            player == advantaged ? params.playout_doubling_advantage : -params.playout_doubling_advantage;
    }
    if (profile) options.metadata = &*profile;
    return options;
}

EvalOptions SearchContext::human_eval_options(int depth, Player player) const {
    EvalOptions options = eval_options(depth, player);
    options.policy_optimism = 0;
    options.include_ownership = false;
    options.pass_alive_under_suicide = human_pass_alive_under_suicide;
    return options;
}

}  // namespace katago
