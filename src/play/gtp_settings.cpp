// SPDX-License-Identifier: MIT
#include "play/gtp_settings.h"

#include <algorithm>
#include <array>

#include "core/error.h"
#include "core/machine.h"
#include "core/text.h"
#include "eval/sgf_metadata.h"
#include "protocol/rules_json.h"

namespace katago {

namespace {

using S = GtpSettings;

constexpr std::string_view kProfileKey = "humanSLProfile";

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
    {"genmoveAntiMirror", &S::genmove_anti_mirror, "The same for generating moves."},
    {"ponderingEnabled", &S::pondering_enabled, "Search while the opponent thinks."},
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
    {"assumeMultipleStartingBlackMovesAreHandicap", &S::assume_multiple_starting_black_moves_are_handicap,
     "Black moves in a row at the start are handicap stones."},
    {"preventCleanupPhase", &S::prevent_cleanup_phase, "Two passes never open the cleanup phases of territory rules."},
    {"dynamicPlayoutDoublingAdvantageCapPerOppLead", &S::dynamic_pda_cap_per_opp_lead, 0, 0.5,
     "How much more daring play gets with a handicap."},
    {"delayMoveScale", &S::delay_move_scale, 0, 10000, "Waits before a move, in seconds, like a human."},
    {"delayMoveMax", &S::delay_move_max, 0, 1e6, "Longest such wait."},
    {"logAllGTPCommunication", &S::log_all_gtp_communication, "Log commands and responses."},
    {"logSearchInfo", &S::log_search_info, "Log the search for each generated move."},
    {"logSearchInfoForChosenMove", &S::log_search_info_for_chosen_move, "And what followed the move in it."},
    {"startupPrintMessageToStderr", &S::startup_print_message_to_stderr, "Say on stderr what was loaded."},
    {"ogsChatToStderr", &S::ogs_chat_to_stderr, "The MALKOVICH line that gtp2ogs reads."},
};

Rules rules_from_single_keys(const Config& config) {
    Rules rules;
    rules.ko = parse_ko_rule(config.get_choice("koRule", "SIMPLE|POSITIONAL|SITUATIONAL|SPIGHT"));
    rules.scoring = parse_scoring_rule(config.get_choice("scoringRule", "AREA|TERRITORY"));
    rules.multi_stone_suicide = config.get_bool("multiStoneSuicideLegal");
    rules.tax = parse_tax_rule(config.get_choice("taxRule", "NONE|SEKI|ALL", name_of(default_tax(rules.scoring))));
    rules.has_button = config.get_bool("hasButton", false);
    if (rules.has_button && rules.scoring != ScoringRule::Area)
        throw ConfigError("Config specifies hasButton=true on a scoring system other than AREA");
    if (config.contains("whiteHandicapBonus"))
        rules.white_handicap_bonus = parse_handicap_bonus_rule(config.get_choice("whiteHandicapBonus", "0|N|N-1"));
    else if (config.get_int("whiteBonusPerHandicapStone", {0, 1}, 0) == 1)
        rules.white_handicap_bonus = HandicapBonusRule::N;
    rules.friendly_pass_ok = config.get_bool("friendlyPassOk", false);
    rules.komi = default_komi(rules.scoring, rules.has_button);
    return rules;
}

void check(const Config& config, const GtpSettings& settings, bool has_human_network) {
    if (!parse_perspective(settings.report_winrates_as))
        throw ConfigError("Could not parse config value for reportAnalysisWinratesAs: " + settings.report_winrates_as);
    if (settings.cleanup_before_pass == true && settings.friendly_pass == true)
        throw ConfigError("Cannot specify both cleanupBeforePass = true and friendlyPass = true at the same time");
    for (const ParamRow<SearchParams>& row : search_param_rows())
        if (!has_human_network && row.key.starts_with("humanSL") && row.key != kProfileKey && config.contains(row.key))
            throw ConfigError("Provided parameter " + std::string(row.key) +
                              " but no human model was specified (e.g -human-model b18c384nbt-humanv0.bin.gz)");
}

}  // namespace

std::optional<Perspective> parse_perspective(std::string_view text) {
    const std::string upper = upper_case(text);
    if (upper == "BLACK" || upper == "B") return Perspective::Black;
    if (upper == "WHITE" || upper == "W") return Perspective::White;
    if (upper == "SIDETOMOVE") return Perspective::SideToMove;
    return std::nullopt;
}

GtpSettings read_gtp_settings(const Config& config, bool has_human_network) {
    GtpSettings settings;
    apply_params(gtp_setting_rows(), config, settings);
    if (!config.contains("genmoveAntiMirror") && config.contains("antiMirror"))
        settings.genmove_anti_mirror = settings.anti_mirror;
    // Without allowResignation the threshold is not looked at, with it one must be there.
    settings.resign_threshold =
        config.contains("allowResignation") ? config.get_double("resignThreshold", {-1, 0}) : -1;

    settings.genmove.num_threads = default_search_threads();
    apply_params(search_param_rows(), config, settings.genmove);
    settings.genmove.anti_mirror = settings.genmove_anti_mirror;
    settings.analysis = settings.genmove;
    settings.analysis.wide_root_noise = settings.analysis_wide_root_noise;
    settings.analysis.ignore_pre_root_history = settings.analysis_ignore_pre_root_history;
    settings.analysis.anti_mirror = settings.anti_mirror;
    settings.analysis.max_visits = settings.analyze_max_visits;
    settings.analysis.max_playouts = SearchParams::kUnlimitedVisits;
    settings.analysis.max_time_s = settings.analyze_max_time_s;
    settings.analysis.search_factor_after_one_pass = 1;
    settings.analysis.search_factor_after_two_pass = 1;
    const bool dynamic_wanted = config.contains("dynamicPlayoutDoublingAdvantageCapPerOppLead");
    settings.static_pda = config.contains("playoutDoublingAdvantage") && !dynamic_wanted;
    settings.has_limit = config.contains("maxVisits") || config.contains("maxPlayouts") || config.contains("maxTime");
    if (config.contains("ignoreGTPAndForceKomi"))
        settings.forced_komi = config.get_float("ignoreGTPAndForceKomi", {-kMaxKomi, kMaxKomi});
    settings.human_profile = settings.genmove.human_profile;
    profile_of_name(settings.human_profile);  // throws for an unknown name
    check(config, settings, has_human_network);
    return settings;
}

std::span<const ParamRow<GtpSettings>> gtp_setting_rows() {
    return kRows;
}

std::span<const ExclusiveKeys> rules_keys() {
    static const std::array<ExclusiveKeys, 1> keys = {
        {{"rules",
          {"koRule", "scoringRule", "multiStoneSuicideLegal", "taxRule", "hasButton", "whiteBonusPerHandicapStone",
           "friendlyPassOk", "whiteHandicapBonus"}}}};
    return keys;
}

int default_search_threads() {
    return std::min(usable_cores(), 4);
}

Rules rules_from_config(const Config& config) {
    const ExclusiveKeys& keys = rules_keys()[0];
    const bool named = config.contains(keys.whole);
    bool single = false;
    for (const std::string& key : keys.parts) {
        if (!config.contains(key)) continue;
        if (named) throw ConfigError("Cannot both specify 'rules' and individual rules like " + key);
        single = true;
    }
    if (single) return rules_from_single_keys(config);
    if (!named) return Rules{};
    try {
        return rules_of_text(config.get_string(keys.whole), KomiInText::Allowed);
    } catch (const ProtocolError&) {
        throw ConfigError("Could not parse rules: " + config.get_string(keys.whole));
    }
}

BoardSize board_size_from_config(const Config& config) {
    const Range<int> range{kMinBoardLength, kMaxBoardLength};
    const int size = config.get_int("defaultBoardSize", range, kMaxBoardLength);
    // One of the two alone says nothing, as in KataGo.
    const int width = config.get_int("defaultBoardXSize", range, size);
    const int height = config.get_int("defaultBoardYSize", range, size);
    if (!config.contains("defaultBoardXSize") || !config.contains("defaultBoardYSize")) return {size, size};
    return {width, height};
}

}  // namespace katago
