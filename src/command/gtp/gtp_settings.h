// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "core/config.h"
#include "core/param_table.h"
#include "play/game_settings.h"
#include "play/player_settings.h"
#include "search/params.h"

namespace katago {

// All settings of KataGo's GTP engine. A value; the defaults are KataGo's.
struct GtpSettings {
    GameSettings game;
    PlayerSettings player;
    bool pondering_enabled = false;
    std::optional<float> forced_komi;  // ignoreGTPAndForceKomi

    // --- Analysis ---
    int analysis_pv_length = 13;
    std::string report_winrates_as = "SIDETOMOVE";
    double analysis_wide_root_noise = 0.04;
    // Where the analysis commands stop by themselves; ours, KataGo goes on until the next command.
    int64_t analyze_max_visits = SearchParams::kUnlimitedVisits;
    double analyze_max_time_s = SearchParams::kUnlimitedTime;
    bool analysis_ignore_pre_root_history = true;
    bool anti_mirror = false;
    SearchParams analysis;  // with all of these

    // --- Log ---
    bool log_all_gtp_communication = false;
    bool log_search_info = false;
    bool log_search_info_for_chosen_move = false;
    bool startup_print_message_to_stderr = true;
    bool ogs_chat_to_stderr = false;

    const std::string& human_profile() const { return player.search.human_profile; }
};

// Reads all of them. Throws ConfigError, also where keys ask for a human network and there is none.
GtpSettings read_gtp_settings(const Config& config, bool has_human_network = false, const ThreadCounts& threads = {});

// The rows of the settings that are neither a game's nor a player's.
std::span<const ParamRow<GtpSettings>> gtp_setting_rows();

}  // namespace katago
