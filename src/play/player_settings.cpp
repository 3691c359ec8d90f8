// SPDX-License-Identifier: MIT
#include "play/player_settings.h"

#include "core/error.h"
#include "eval/sgf_metadata.h"
#include "play/profile_use.h"

namespace katago {

namespace {

using S = PlayerSettings;

constexpr ParamRow<S> kRows[] = {
    {"genmoveAntiMirror", &S::genmove_anti_mirror, "Look for ways out of mirror go when generating moves."},
    {"allowResignation", &S::allow_resignation, "Resign lost games."},
    {"resignThreshold", &S::resign_threshold, -1, 0, "Win-loss value below which a game counts as lost."},
    {"resignConsecTurns", &S::resign_consec_turns, 1, 100, "For so many moves in a row."},
    {"resignMinScoreDifference", &S::resign_min_score_difference, 0, 1000, "And by at least so many points."},
    {"resignMinMovesPerBoardArea", &S::resign_min_moves_per_board_area, 0, 1,
     "And not before so many moves per point of the board."},
    {"searchFactorWhenWinning", &S::search_factor_when_winning, 0.01, 1, "Scales the limits when winning."},
    {"searchFactorWhenWinningThreshold", &S::search_factor_when_winning_threshold, 0, 1,
     "Win-loss value from which that begins."},
    {"cleanupBeforePass", &S::cleanup_before_pass, "Capture dead stones before passing."},
    {"friendlyPass", &S::friendly_pass, "Answer a pass by a pass where nothing is left."},
    {"dynamicPlayoutDoublingAdvantageCapPerOppLead", &S::dynamic_pda_cap_per_opp_lead, 0, 0.5,
     "How much more daring play gets with a handicap."},
    {"delayMoveScale", &S::delay_move_scale, 0, 10000, "Waits before a move, in seconds, like a human."},
    {"delayMoveMax", &S::delay_move_max, 0, 1e6, "Longest such wait."},
};

}  // namespace

std::span<const ParamRow<PlayerSettings>> player_setting_rows() {
    return kRows;
}

PlayerSettings read_player_settings(const Config& config, const PlayerSettings& defaults) {
    PlayerSettings settings = defaults;
    apply_params(player_setting_rows(), config, settings);
    apply_params(search_param_rows(), config, settings.search);
    if (!config.contains("genmoveAntiMirror") && config.contains("antiMirror"))
        settings.genmove_anti_mirror = settings.search.anti_mirror;
    settings.search.anti_mirror = settings.genmove_anti_mirror;
    const bool dynamic_wanted = config.contains("dynamicPlayoutDoublingAdvantageCapPerOppLead");
    settings.static_pda = config.contains("playoutDoublingAdvantage") && !dynamic_wanted;
    settings.has_limit = config.contains("maxVisits") || config.contains("maxPlayouts") || config.contains("maxTime");
    profile_of_name(settings.search.human_profile);  // throws for an unknown name
    if (settings.cleanup_before_pass == true && settings.friendly_pass == true)
        throw ConfigError("Cannot specify both cleanupBeforePass = true and friendlyPass = true at the same time");
    return settings;
}

PlayerSettings read_gtp_player_settings(const Config& config, bool has_human_network, const ThreadCounts& threads) {
    PlayerSettings defaults;
    defaults.search.num_threads = threads.usual;
    // Where allowResignation says anything, a missing threshold is an error.
    if (config.contains("allowResignation")) config.get_double("resignThreshold", {-1, 0});
    const PlayerSettings settings = read_player_settings(config, defaults);
    if (!has_human_network) refuse_human_network_keys(config);
    return settings;
}

}  // namespace katago
