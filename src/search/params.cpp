// SPDX-License-Identifier: MIT
#include "search/params.h"

#include <algorithm>

namespace katago {

namespace {

using P = SearchParams;

constexpr double kMostVisits = 1LL << 50;
constexpr double kMostTime = 1e20;

constexpr ParamRow<SearchParams> kRows[] = {
    {"maxVisits", &P::max_visits, 1, kMostVisits,
     "Stop once the root has this many visits, those of a reused tree included."},
    {"maxPlayouts", &P::max_playouts, 1, kMostVisits, "Stop after this many new playouts."},
    {"maxTime", &P::max_time_s, 0, kMostTime, "Stop after this many seconds."},
    {"maxVisitsPondering", &P::max_visits_pondering, 1, kMostVisits, "maxVisits while the opponent thinks."},
    {"maxPlayoutsPondering", &P::max_playouts_pondering, 1, kMostVisits, "maxPlayouts while the opponent thinks."},
    {"maxTimePondering", &P::max_time_pondering_s, 0, kMostTime, "maxTime while the opponent thinks."},
    {"lagBuffer", &P::lag_buffer_s, 0, 3600, "Seconds to keep back from every clock for a slow connection."},
    {"searchFactorAfterOnePass", &P::search_factor_after_one_pass, 0, 1, "Scales all limits after a pass."},
    {"searchFactorAfterTwoPass", &P::search_factor_after_two_pass, 0, 1, "Scales all limits after two passes."},
    {"numSearchThreads", &P::num_threads, 1, 4096, "Threads that search."},
    {"minPlayoutsPerThread", &P::min_playouts_per_thread, 0, 1e20,
     "Use fewer threads than would get this many playouts."},
    {"numVirtualLossesPerThread", &P::virtual_losses_per_thread, 0.01, 1000,
     "How strongly threads keep out of each other's way."},
    {"virtualLossUtility", &P::virtual_loss_utility, 0, 1,
     "How much a playout under way counts as lost until its value is known; 1: wholly, as in KataGo."},
    {"treeReuseCarryOverTimeFactor", &P::tree_reuse_carry_over_time_factor, 0, 1,
     "Share of the time spent on a reused tree that counts as spent."},
    {"overallocateTimeFactor", &P::overallocate_time_factor, 0.01, 100, "Scales the time recommended for a move."},
    {"midgameTimeFactor", &P::midgame_time_factor, 0.01, 100, "Scales it in the middle of the game."},
    {"midgameTurnPeakTime", &P::midgame_turn_peak_time, 0, 1000,
     "Turn at which midgameTimeFactor counts most, on 19x19."},
    {"endgameTurnTimeDecay", &P::endgame_turn_time_decay, 0, 1000,
     "Turns over which midgameTimeFactor fades, on 19x19."},
    {"obviousMovesTimeFactor", &P::obvious_moves_time_factor, 0.01, 1, "Scales the time for obvious moves."},
    {"obviousMovesPolicyEntropyTolerance", &P::obvious_moves_policy_entropy_tolerance, 0.001, 2,
     "Entropy of the policy up to which a move is obvious."},
    {"obviousMovesPolicySurpriseTolerance", &P::obvious_moves_policy_surprise_tolerance, 0.001, 2,
     "Surprise by the search up to which a move is obvious."},
    {"futileVisitsThreshold", &P::futile_visits_threshold, 0, 1,
     "Give up moves that cannot reach this share of the best one's visits."},
    {"playStrength", &P::play_strength, 1, P::kFullStrength,
     "Play weaker, as a person would: 1 is a beginner, 10 all that the network and the limits give."},
    {"maxTreeMemoryMB", &P::max_tree_memory_mb, 0, 1 << 20, "Let the tree grow no larger; 0: a quarter of the memory."},

    {"winLossUtilityFactor", &P::win_loss_utility_factor, 0, 1, "Weight of winning in the utility."},
    {"staticScoreUtilityFactor", &P::static_score_utility_factor, 0, 1, "Weight of the score."},
    {"dynamicScoreUtilityFactor", &P::dynamic_score_utility_factor, 0, 1,
     "Weight of the score relative to the one expected."},
    {"dynamicScoreCenterZeroWeight", &P::dynamic_score_center_zero_weight, 0, 1,
     "How far the expected score is drawn towards 0."},
    {"dynamicScoreCenterScale", &P::dynamic_score_center_scale, 0.2, 5, "Width of the scores that are told apart."},
    {"noResultUtilityForWhite", &P::no_result_utility_for_white, -1, 1, "Utility of a game without result."},
    {"drawEquivalentWinsForWhite", &P::draw_equivalent_wins_for_white, 0, 1, "What a draw counts for White."},

    {"cpuctExploration", &P::cpuct_exploration, 0, 10, "Breadth of the search."},
    {"cpuctExplorationLog", &P::cpuct_exploration_log, 0, 10, "Growth of the breadth with the visits."},
    {"cpuctExplorationBase", &P::cpuct_exploration_base, 10, 100000, "Visits at which it begins to grow."},
    {"cpuctUtilityStdevPrior", &P::cpuct_utility_stdev_prior, 1e-8, 10, "Expected spread of utilities."},
    {"cpuctUtilityStdevPriorWeight", &P::cpuct_utility_stdev_prior_weight, 0, 100,
     "Visits that this expectation is worth."},
    {"cpuctUtilityStdevScale", &P::cpuct_utility_stdev_scale, 0, 1, "How much the spread found widens the search."},
    {"fpuReductionMax", &P::fpu_reduction_max, 0, 2,
     "How much worse than its parent an unvisited move is taken to be."},
    {"fpuLossProp", &P::fpu_loss_prop, 0, 1, "Pulls unvisited moves towards a loss."},
    {"fpuParentWeightByVisitedPolicy", &P::fpu_parent_weight_by_visited_policy,
     "Judge unvisited moves by the parent's average, by how much policy was visited."},
    {"fpuParentWeightByVisitedPolicyPow", &P::fpu_parent_weight_by_visited_policy_pow, 0, 5, "Its exponent."},
    {"fpuParentWeight", &P::fpu_parent_weight, 0, 1, "Share of the parent's own evaluation instead."},
    {"policyOptimism", &P::policy_optimism, 0, 1, "Optimism of the policy below the root."},

    {"valueWeightExponent", &P::value_weight_exponent, 0, 1, "How strongly bad moves lose weight in averages."},
    {"useNoisePruning", &P::use_noise_pruning, "Leave visits to moves that turned out bad out of averages."},
    {"noisePruneUtilityScale", &P::noise_prune_utility_scale, 0.001, 10,
     "Utility by which a move must be worse for that."},
    {"noisePruningCap", &P::noise_pruning_cap, 0, 1e50, "Most visits left out for one move."},
    {"useUncertainty", &P::use_uncertainty, "Weigh evaluations by how sure the network is."},
    {"uncertaintyCoeff", &P::uncertainty_coeff, 0.0001, 1, "Error at which an evaluation weighs about 1."},
    {"uncertaintyExponent", &P::uncertainty_exponent, 0, 2, "Exponent of the error."},
    {"uncertaintyMaxWeight", &P::uncertainty_max_weight, 1, 100, "Weight of an evaluation without error."},
    {"useGraphSearch", &P::use_graph_search, "Share what was searched between transpositions."},
    {"graphSearchRepBound", &P::graph_search_rep_bound, 3, 50, "Length of repetitions that are told apart."},
    {"graphSearchCatchUpLeakProb", &P::graph_search_catch_up_leak_prob, 0, 1,
     "How often to search on below a transposition that is ahead."},
    {"nnPolicyTemperature", &P::nn_policy_temperature, 0.01, 5, "Temperature of the policy everywhere."},
    {"ignorePreRootHistory", &P::ignore_pre_root_history, "Do not show the network moves made before the root."},
    {"ignoreAllHistory", &P::ignore_all_history, "Do not show the network any moves."},
    {"playoutDoublingAdvantage", &P::playout_doubling_advantage, -3, 3,
     "Expect one player to search 2 to this power times as much."},
    {"playoutDoublingAdvantagePla", &P::playout_doubling_advantage_pla, "That player: BLACK or WHITE."},
    {"alwaysComputePassAliveUnderSuicideRules", &P::pass_alive_under_suicide,
     "Compute pass-alive areas as if suicide were legal."},
    {"excludeTerritoryAdjacentToAtari", &P::exclude_territory_adjacent_to_atari,
     "Known to KataGo 1.18; kept, but no network here makes use of it."},
    {"subtreeValueBiasFactor", &P::subtree_value_bias_factor, 0, 1,
     "How much to correct evaluations by errors found after the same local moves."},
    {"subtreeValueBiasFreeProp", &P::subtree_value_bias_free_prop, 0, 1,
     "Share of what a deleted node found that is forgotten."},
    {"subtreeValueBiasWeightExponent", &P::subtree_value_bias_weight_exponent, 0, 1,
     "How the weight of a finding grows with visits."},

    {"rootNoiseEnabled", &P::root_noise_enabled, "Dirichlet noise on the root's policy."},
    {"rootDirichletNoiseTotalConcentration", &P::root_dirichlet_noise_total_concentration, 0.001, 10000,
     "Its concentration."},
    {"rootDirichletNoiseWeight", &P::root_dirichlet_noise_weight, 0, 1, "Its share."},
    {"rootPolicyTemperature", &P::root_policy_temperature, 0.01, 100, "Temperature of the root's policy."},
    {"rootPolicyTemperatureEarly", &P::root_policy_temperature_early, 0.01, 100, "The same at the start of the game."},
    {"rootFpuReductionMax", &P::root_fpu_reduction_max, 0, 2, "fpuReductionMax at the root."},
    {"rootFpuLossProp", &P::root_fpu_loss_prop, 0, 1, "fpuLossProp at the root."},
    {"rootPolicyOptimism", &P::root_policy_optimism, 0, 1, "policyOptimism at the root."},
    {"rootNumSymmetriesToSample", &P::root_num_symmetries_to_sample, 1, 8,
     "Symmetries that the root's evaluation averages."},
    {"rootSymmetryPruning", &P::root_symmetry_pruning, "Search only one of symmetric moves."},
    {"rootDesiredPerChildVisitsCoeff", &P::root_desired_per_child_visits_coeff, 0, 100,
     "Visit all root moves by their policy at least this much."},
    {"wideRootNoise", &P::wide_root_noise, 0, 5, "Look at more moves at the root."},
    {"rootEndingBonusPoints", &P::root_ending_bonus_points, -1, 1,
     "Points by which useless moves of the endgame are worse."},
    {"rootPruneUselessMoves", &P::root_prune_useless_moves,
     "Leave out moves in settled areas when the opponent keeps passing."},
    {"conservativePass", &P::conservative_pass, "Never take a pass at the root to end the game."},
    {"fillDameBeforePass", &P::fill_dame_before_pass, "Under territory rules, fill neutral points before passing."},
    {"enablePassingHacks", &P::enable_passing_hacks, "Keep the network from passing too early."},
    {"enableMorePassingHacks", &P::enable_more_passing_hacks,
     "Make sure that passes and other moves are both looked at."},

    {"chosenMoveTemperature", &P::chosen_move_temperature, 0, 5, "Randomness in the choice of the move."},
    {"chosenMoveTemperatureEarly", &P::chosen_move_temperature_early, 0, 5, "The same at the start of the game."},
    {"chosenMoveTemperatureHalflife", &P::chosen_move_temperature_halflife, 0.1, 100000,
     "Turns over which that halves, on 19x19."},
    {"chosenMoveTemperatureOnlyBelowProb", &P::chosen_move_temperature_only_below_prob, 0, 1,
     "Apply it only to moves less likely than this."},
    {"chosenMoveSubtract", &P::chosen_move_subtract, 0, 1e10, "Visits taken off each move before the choice."},
    {"chosenMovePrune", &P::chosen_move_prune, 0, 1e10, "Visits below which a move is not chosen."},
    {"useLcbForSelection", &P::use_lcb_for_selection, "Choose by the lower confidence bound of the utility."},
    {"lcbStdevs", &P::lcb_stdevs, 1, 12, "Its width."},
    {"minVisitPropForLCB", &P::min_visit_prop_for_lcb, 0, 1,
     "Share of the best move's visits that a move needs for it."},
    {"useNonBuggyLcb", &P::use_non_buggy_lcb, "Apply it to the first move as well."},

    {"antiMirror", &P::anti_mirror, "Look for ways out where the opponent mirrors every move."},
    {"avoidRepeatedPatternUtility", &P::avoid_repeated_pattern_utility, -3, 3,
     "How much less attractive local moves are that were played before in the game."},
    {"useEvalCache", &P::use_eval_cache, "Remember values of well-searched positions beyond the tree."},
    {"evalCacheMinVisits", &P::eval_cache_min_visits, 1, kMostVisits, "Visits from which that is worth it."},

    {"humanSLProfile", &P::human_profile, "Whom to imitate: rank_5k, preaz_3d, proyear_1990 ..."},
    {"humanSLCpuctExploration", &P::human_cpuct_exploration, 0, 1000,
     "Breadth of the search where it goes by the human policy."},
    {"humanSLCpuctPermanent", &P::human_cpuct_permanent, 0, 1000,
     "The same, growing with the visits so that the human policy always counts."},
    {"humanSLRootExploreProbWeightless", &P::human_root_explore_prob_weightless, 0, 1,
     "How often the root goes by the human policy for a look that counts nowhere."},
    {"humanSLRootExploreProbWeightful", &P::human_root_explore_prob_weightful, 0, 1,
     "How often it goes by the human policy for a visit that counts."},
    {"humanSLPlaExploreProbWeightless", &P::human_pla_explore_prob_weightless, 0, 1,
     "The former for the player's own moves below the root."},
    {"humanSLPlaExploreProbWeightful", &P::human_pla_explore_prob_weightful, 0, 1, "The latter for them."},
    {"humanSLOppExploreProbWeightless", &P::human_opp_explore_prob_weightless, 0, 1,
     "The former for the opponent's moves."},
    {"humanSLOppExploreProbWeightful", &P::human_opp_explore_prob_weightful, 0, 1, "The latter for them."},
    {"humanSLChosenMoveProp", &P::human_chosen_move_prop, 0, 1,
     "How much the human policy counts in the choice of the move."},
    {"humanSLChosenMoveIgnorePass", &P::human_chosen_move_ignore_pass, "But not for passing."},
    {"humanSLChosenMovePiklLambda", &P::human_chosen_move_pikl_lambda, 0, 1e9,
     "Utility by which a human move must be worse to be left out."},
};

// How strong play is made weaker: with one visit moves are drawn from the network's policy, which knows good shape and
// never plays what it gives less than a 64th of its best move's probability; the temperature decides how often the
// second best is taken for the best.
struct Strength {
    int64_t visits;
    double temperature;  // 0: as configured
};
constexpr Strength kStrengths[SearchParams::kFullStrength - 1] = {
    {1, 4}, {1, 2}, {1, 1.4}, {1, 1}, {1, 0.7}, {1, 0.4}, {1, 0.1}, {8, 0}, {40, 0},
};

}  // namespace

std::span<const ParamRow<SearchParams>> search_param_rows() {
    return kRows;
}

SearchParams SearchParams::for_analysis() {
    SearchParams params;
    params.wide_root_noise = 0.04;
    params.ignore_pre_root_history = true;
    params.fill_dame_before_pass = false;
    params.anti_mirror = false;
    return params;
}

SearchParams SearchParams::without_human() const {
    SearchParams params = *this;
    params.human_root_explore_prob_weightless = params.human_root_explore_prob_weightful = 0;
    params.human_pla_explore_prob_weightless = params.human_pla_explore_prob_weightful = 0;
    params.human_opp_explore_prob_weightless = params.human_opp_explore_prob_weightful = 0;
    params.human_chosen_move_prop = 0;
    return params;
}

SearchParams SearchParams::at_strength() const {
    if (play_strength >= kFullStrength) return *this;
    const Strength& strength = kStrengths[static_cast<size_t>(play_strength - 1)];
    SearchParams params = *this;
    params.max_visits = std::min(params.max_visits, strength.visits);
    params.max_visits_pondering = std::min(params.max_visits_pondering, strength.visits);
    if (strength.temperature > 0)
        params.chosen_move_temperature = params.chosen_move_temperature_early = strength.temperature;
    return params;
}

SearchParams SearchParams::quiet(int64_t visits) const {
    SearchParams params = *this;
    params.max_visits = params.max_playouts = visits;
    params.root_noise_enabled = false;
    params.root_policy_temperature = 1;
    params.root_policy_temperature_early = 1;
    params.root_fpu_reduction_max = fpu_reduction_max;
    params.root_fpu_loss_prop = fpu_loss_prop;
    params.root_desired_per_child_visits_coeff = 0;
    params.root_num_symmetries_to_sample = 1;
    params.search_factor_after_one_pass = 1;
    params.search_factor_after_two_pass = 1;
    params.num_threads = static_cast<int>(std::clamp<int64_t>((visits + 7) / 8, 1, num_threads));
    return params;
}

}  // namespace katago
