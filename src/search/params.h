// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "core/param_table.h"
#include "game/point.h"

namespace katago {

// Everything that steers a search. A value; the defaults are those of playing over GTP, and each member's config key
// and range stand in its row in params.cpp. Meanings and formulas: KataGo's keys of the same names.
struct SearchParams {
    static constexpr int64_t kUnlimitedVisits = int64_t{1} << 50;
    static constexpr double kUnlimitedTime = 1e20;

    // The defaults of the analysis engine and of kata-analyze.
    static SearchParams for_analysis();

    // --- Limits, threads, time ---
    int64_t max_visits = kUnlimitedVisits;
    int64_t max_playouts = kUnlimitedVisits;
    double max_time_s = kUnlimitedTime;
    int64_t max_visits_pondering = kUnlimitedVisits;
    int64_t max_playouts_pondering = kUnlimitedVisits;
    double max_time_pondering_s = kUnlimitedTime;
    double lag_buffer_s = 0;
    double search_factor_after_one_pass = 1;
    double search_factor_after_two_pass = 1;
    int num_threads = 1;
    double min_playouts_per_thread = 8;
    double virtual_losses_per_thread = 1;
    double virtual_loss_utility = 0;  // how much of a loss one is: 0 to 1, which is KataGo's
    double tree_reuse_carry_over_time_factor = 0;
    double overallocate_time_factor = 1;
    double midgame_time_factor = 1;
    double midgame_turn_peak_time = 130;
    double endgame_turn_time_decay = 100;
    double obvious_moves_time_factor = 1;
    double obvious_moves_policy_entropy_tolerance = 0.30;
    double obvious_moves_policy_surprise_tolerance = 0.15;
    double futile_visits_threshold = 0;
    // Of nodes and their evaluations; a search that has filled it goes on in the nodes it has. 0: default_tree_bytes().
    // Ours, KataGo has no such key.
    int64_t max_tree_memory_mb = 0;

    // From 1, a beginner, to kFullStrength: see at_strength(). Ours, KataGo has no such key.
    static constexpr int kFullStrength = 10;
    int play_strength = kFullStrength;

    // --- Utility ---
    double win_loss_utility_factor = 1;
    double static_score_utility_factor = 0.1;
    double dynamic_score_utility_factor = 0.3;
    double dynamic_score_center_zero_weight = 0.20;
    double dynamic_score_center_scale = 0.75;
    double no_result_utility_for_white = 0;
    double draw_equivalent_wins_for_white = 0.5;

    // --- Exploration ---
    double cpuct_exploration = 1.0;
    double cpuct_exploration_log = 0.45;
    double cpuct_exploration_base = 500;
    double cpuct_utility_stdev_prior = 0.40;
    double cpuct_utility_stdev_prior_weight = 2.0;
    double cpuct_utility_stdev_scale = 0.85;
    double fpu_reduction_max = 0.2;
    double fpu_loss_prop = 0;
    bool fpu_parent_weight_by_visited_policy = true;
    double fpu_parent_weight_by_visited_policy_pow = 2.0;
    double fpu_parent_weight = 0;
    double policy_optimism = 1.0;

    // --- Values ---
    double value_weight_exponent = 0.25;
    bool use_noise_pruning = true;
    double noise_prune_utility_scale = 0.15;
    double noise_pruning_cap = 1e50;
    bool use_uncertainty = true;
    double uncertainty_coeff = 0.25;
    double uncertainty_exponent = 1.0;
    double uncertainty_max_weight = 8;
    bool use_graph_search = true;
    int graph_search_rep_bound = 11;
    double graph_search_catch_up_leak_prob = 0;
    double nn_policy_temperature = 1;
    bool ignore_pre_root_history = false;
    bool ignore_all_history = false;
    double playout_doubling_advantage = 0;       // -3 to 3
    std::string playout_doubling_advantage_pla;  // "BLACK", "WHITE"; empty: the player that the search is for
    // Pass-alive areas as if suicide of several stones were legal; unset: as the network asks.
    std::optional<bool> pass_alive_under_suicide;
    // Of KataGo 1.18, kept for its clients: networks that ask for it in their header are refused.
    std::optional<bool> exclude_territory_adjacent_to_atari;
    double subtree_value_bias_factor = 0.45;
    double subtree_value_bias_free_prop = 0.8;
    double subtree_value_bias_weight_exponent = 0.85;

    // --- Root ---
    bool root_noise_enabled = false;
    double root_dirichlet_noise_total_concentration = 10.83;
    double root_dirichlet_noise_weight = 0.25;
    double root_policy_temperature = 1;
    std::optional<double> root_policy_temperature_early;  // unset: as root_policy_temperature
    std::optional<double> root_fpu_reduction_max;         // unset: 0.1, with root noise 0
    std::optional<double> root_fpu_loss_prop;             // unset: as fpu_loss_prop
    std::optional<double> root_policy_optimism;           // unset: policy_optimism, at most 0.2
    int root_num_symmetries_to_sample = 1;
    bool root_symmetry_pruning = true;
    double root_desired_per_child_visits_coeff = 0;
    double wide_root_noise = 0;
    double root_ending_bonus_points = 0.5;
    bool root_prune_useless_moves = true;
    bool conservative_pass = true;
    bool fill_dame_before_pass = true;
    bool enable_passing_hacks = true;
    bool enable_more_passing_hacks = true;
    bool anti_mirror = true;
    std::optional<double> avoid_repeated_pattern_utility;  // unset: 0

    // --- Choice of the move ---
    double chosen_move_temperature = 0.10;
    double chosen_move_temperature_early = 0.5;
    double chosen_move_temperature_halflife = 19;
    double chosen_move_temperature_only_below_prob = 1;
    double chosen_move_subtract = 0;
    double chosen_move_prune = 1;
    bool use_lcb_for_selection = true;
    double lcb_stdevs = 5;
    double min_visit_prop_for_lcb = 0.15;
    bool use_non_buggy_lcb = true;

    // --- Values remembered beyond the tree ---
    bool use_eval_cache = false;
    int64_t eval_cache_min_visits = 100;

    // --- Play like people: needs a network that imitates them (Search::set_human_evaluator) ---
    std::string human_profile;  // also for a main network that wants one; empty: none
    double human_cpuct_exploration = 1;
    double human_cpuct_permanent = 0;
    double human_root_explore_prob_weightless = 0;
    double human_root_explore_prob_weightful = 0;
    double human_pla_explore_prob_weightless = 0;
    double human_pla_explore_prob_weightful = 0;
    double human_opp_explore_prob_weightless = 0;
    double human_opp_explore_prob_weightful = 0;
    double human_chosen_move_prop = 0;
    bool human_chosen_move_ignore_pass = false;
    double human_chosen_move_pikl_lambda = 1e9;

    bool operator==(const SearchParams&) const = default;

    double effective_root_policy_temperature_early() const {
        return root_policy_temperature_early.value_or(root_policy_temperature);
    }
    double effective_root_fpu_reduction_max() const {
        return root_fpu_reduction_max.value_or(root_noise_enabled ? 0.0 : 0.1);
    }
    double effective_root_fpu_loss_prop() const { return root_fpu_loss_prop.value_or(fpu_loss_prop); }
    double effective_root_policy_optimism() const {
        return root_policy_optimism.value_or(policy_optimism < 0.2 ? policy_optimism : 0.2);
    }

    // The largest magnitude that a utility can have.
    double utility_radius() const {
        return win_loss_utility_factor + static_score_utility_factor + dynamic_score_utility_factor;
    }

    // These parameters as play_strength has them for a move of the game: fewer visits, a wider choice of moves.
    SearchParams at_strength() const;
    // These parameters for a few visits that only assess a position (friendly pass, final score): no noise, no
    // temperature, one symmetry, both limits `visits`.
    SearchParams quiet(int64_t visits) const;
    // These without anything that goes by a human policy.
    SearchParams without_human() const;
};

// A row for each key of a configuration that sets one of the parameters.
std::span<const ParamRow<SearchParams>> search_param_rows();

}  // namespace katago
