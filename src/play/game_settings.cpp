// SPDX-License-Identifier: MIT
#include "play/game_settings.h"

#include <array>

#include "core/error.h"
#include "game/rules_json.h"

namespace katago {

namespace {

using S = GameSettings;

constexpr ParamRow<S> kRows[] = {
    {"assumeMultipleStartingBlackMovesAreHandicap", &S::assume_multiple_starting_black_moves_are_handicap,
     "Black moves in a row at the start are handicap stones."},
    {"preventCleanupPhase", &S::prevent_cleanup_phase, "Two passes never open the cleanup phases of territory rules."},
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

}  // namespace

std::span<const ParamRow<GameSettings>> game_setting_rows() {
    return kRows;
}

void apply_game_settings(const Config& config, GameSettings& settings) {
    apply_params(game_setting_rows(), config, settings);
}

std::span<const ExclusiveKeys> rules_keys() {
    static const std::array<ExclusiveKeys, 1> keys = {
        {{"rules",
          {"koRule", "scoringRule", "multiStoneSuicideLegal", "taxRule", "hasButton", "whiteBonusPerHandicapStone",
           "friendlyPassOk", "whiteHandicapBonus"}}}};
    return keys;
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
