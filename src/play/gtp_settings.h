// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/config.h"
#include "core/param_table.h"
#include "game/point.h"
#include "game/rules.h"
#include "search/params.h"

namespace katago {

// Whose view reports take.
enum class Perspective { Black, White, SideToMove };

// BLACK, B, WHITE, W or SIDETOMOVE, in any case.
std::optional<Perspective> parse_perspective(std::string_view text);

// KataGo's GTP settings beside those of the search. A value; the defaults are KataGo's.
struct GtpSettings {
    // --- Analysis ---
    int analysis_pv_length = 13;
    std::string report_winrates_as = "SIDETOMOVE";
    double analysis_wide_root_noise = 0.04;
    // Where the analysis commands stop by themselves; ours, KataGo goes on until the next command.
    int64_t analyze_max_visits = SearchParams::kUnlimitedVisits;
    double analyze_max_time_s = SearchParams::kUnlimitedTime;
    bool analysis_ignore_pre_root_history = true;
    bool anti_mirror = false;
    bool genmove_anti_mirror = true;

    // --- Play ---
    bool pondering_enabled = false;
    bool allow_resignation = false;
    double resign_threshold = -1;
    int resign_consec_turns = 3;
    double resign_min_score_difference = -1e10;
    double resign_min_moves_per_board_area = 0;
    double search_factor_when_winning = 1;
    double search_factor_when_winning_threshold = 1;
    std::optional<bool> cleanup_before_pass;
    std::optional<bool> friendly_pass;
    bool assume_multiple_starting_black_moves_are_handicap = true;
    bool prevent_cleanup_phase = true;
    double dynamic_pda_cap_per_opp_lead = 0.045;
    bool static_pda = false;  // playoutDoublingAdvantage was given: never find one from the handicap
    double delay_move_scale = 0;
    double delay_move_max = 1e6;

    // --- Log ---
    bool log_all_gtp_communication = false;
    bool log_search_info = false;
    bool log_search_info_for_chosen_move = false;
    bool startup_print_message_to_stderr = true;
    bool ogs_chat_to_stderr = false;

    std::optional<float> forced_komi;  // ignoreGTPAndForceKomi
    std::string human_profile;         // humanSLProfile
    bool has_limit = false;            // some limit of the search was given, so that no default clock is needed

    // --- The search's own, for moves and for analysis commands ---
    SearchParams genmove;
    SearchParams analysis;
};

// Reads all of them. Throws ConfigError, also where keys ask for a human network and there is none.
GtpSettings read_gtp_settings(const Config& config, bool has_human_network = false);

// The rows of the settings above that are not the search's.
std::span<const ParamRow<GtpSettings>> gtp_setting_rows();

// `rules`, or KataGo's single keys, or Tromp-Taylor where there is neither; komi is that of the rules.
// Throws ConfigError.
Rules rules_from_config(const Config& config);

// Of the first board: defaultBoardSize and relatives, else 19x19.
BoardSize board_size_from_config(const Config& config);

// The keys that stand for rules, for Config::apply_overrides.
std::span<const ExclusiveKeys> rules_keys();

// Search threads where the config does not say: as many as cores, at most 4, so that a small board keeps responsive
// and a big machine is not taken over unasked.
int default_search_threads();

}  // namespace katago
