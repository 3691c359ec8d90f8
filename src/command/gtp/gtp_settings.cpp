// SPDX-License-Identifier: MIT
#include "command/gtp/gtp_settings.h"

#include "command/analysis_common.h"
#include "core/error.h"
#include "game/rules.h"

namespace katago {

namespace {

using S = GtpSettings;

constexpr ParamRow<S> kRows[] = {
    {"analysisPVLen", &S::analysis_pv_length, 1, 1000, "Moves of a principal variation after its first."},
    {"reportAnalysisWinratesAs", &S::report_winrates_as, "Whose values are shown: BLACK, WHITE or SIDETOMOVE."},
    {"analysisWideRootNoise", &S::analysis_wide_root_noise, 0, 5, "wideRootNoise of the analysis commands."},
    {"analyzeMaxVisits", &S::analyze_max_visits, 1, SearchParams::kUnlimitedVisits,
     "Analysis commands stop at so many visits; KataGo's never stop by themselves."},
    {"analyzeMaxTime", &S::analyze_max_time_s, 0, SearchParams::kUnlimitedTime, "And after so many seconds."},
    {"analysisIgnorePreRootHistory", &S::analysis_ignore_pre_root_history,
     "Analysis commands hide the moves before the position from the network."},
    {"antiMirror", &S::anti_mirror, "Analysis commands look for ways out of mirror go."},
    {"ponderingEnabled", &S::pondering_enabled, "Search while the opponent thinks."},
    {"logAllGTPCommunication", &S::log_all_gtp_communication, "Log commands and responses."},
    {"logSearchInfo", &S::log_search_info, "Log the search for each generated move."},
    {"logSearchInfoForChosenMove", &S::log_search_info_for_chosen_move, "And what followed the move in it."},
    {"startupPrintMessageToStderr", &S::startup_print_message_to_stderr, "Say on stderr what was loaded."},
    {"ogsChatToStderr", &S::ogs_chat_to_stderr, "The MALKOVICH line that gtp2ogs reads."},
};

SearchParams analysis_params(const GtpSettings& settings) {
    SearchParams params = settings.player.search;
    params.wide_root_noise = settings.analysis_wide_root_noise;
    params.ignore_pre_root_history = settings.analysis_ignore_pre_root_history;
    params.anti_mirror = settings.anti_mirror;
    params.max_visits = settings.analyze_max_visits;
    params.max_playouts = SearchParams::kUnlimitedVisits;
    params.max_time_s = settings.analyze_max_time_s;
    params.search_factor_after_one_pass = 1;
    params.search_factor_after_two_pass = 1;
    return params;
}

}  // namespace

GtpSettings read_gtp_settings(const Config& config, bool has_human_network, const ThreadCounts& threads) {
    GtpSettings settings;
    apply_game_settings(config, settings.game);
    apply_params(gtp_setting_rows(), config, settings);
    settings.player = read_gtp_player_settings(config, has_human_network, threads);
    settings.analysis = analysis_params(settings);
    if (config.contains("ignoreGTPAndForceKomi"))
        settings.forced_komi = config.get_float("ignoreGTPAndForceKomi", {-kMaxKomi, kMaxKomi});
    if (!parse_perspective(settings.report_winrates_as))
        throw ConfigError("Could not parse config value for reportAnalysisWinratesAs: " + settings.report_winrates_as);
    return settings;
}

std::span<const ParamRow<GtpSettings>> gtp_setting_rows() {
    return kRows;
}

}  // namespace katago
