// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <span>

#include "core/config.h"
#include "core/param_table.h"
#include "engine/thread_counts.h"
#include "search/params.h"

namespace katago {

// How the engine plays one side: its search for a move, and what it makes of the search's answer. A value; the defaults
// are KataGo's for play over GTP.
struct PlayerSettings {
    SearchParams search;
    bool genmove_anti_mirror = true;

    // --- Resigning ---
    bool allow_resignation = false;
    double resign_threshold = -1;
    int resign_consec_turns = 3;
    double resign_min_score_difference = -1e10;
    double resign_min_moves_per_board_area = 0;

    // --- Thinking less when winning ---
    double search_factor_when_winning = 1;
    double search_factor_when_winning_threshold = 1;

    // --- Passing; unset: as the rules suggest ---
    std::optional<bool> cleanup_before_pass;
    std::optional<bool> friendly_pass;

    // --- Playout doubling advantage ---
    double dynamic_pda_cap_per_opp_lead = 0.045;
    bool static_pda = false;  // playoutDoublingAdvantage was given: never find one from the handicap

    // --- Waiting before a move ---
    double delay_move_scale = 0;
    double delay_move_max = 1e6;

    bool has_limit = false;  // some limit of the search was given
};

// The rows of the settings above that are not the search's.
std::span<const ParamRow<PlayerSettings>> player_setting_rows();

// `defaults` with what the configuration says. Throws ConfigError.
PlayerSettings read_player_settings(const Config& config, const PlayerSettings& defaults);

// Those of play over GTP. `threads`: those that suit the network's evaluator. Throws ConfigError, also where keys ask
// for a human network and there is none.
PlayerSettings read_gtp_player_settings(const Config& config, bool has_human_network = false,
                                        const ThreadCounts& threads = {});

}  // namespace katago
