// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include "core/config.h"
#include "core/param_table.h"
#include "game/point.h"
#include "game/rules.h"

namespace katago {

// How moves of a game that comes from outside are understood. A value; the defaults are KataGo's.
struct GameSettings {
    bool assume_multiple_starting_black_moves_are_handicap = true;
    bool prevent_cleanup_phase = true;
};

std::span<const ParamRow<GameSettings>> game_setting_rows();
// Sets what the configuration says. Throws ConfigError.
void apply_game_settings(const Config& config, GameSettings& settings);

// `rules`, or KataGo's single keys, or Tromp-Taylor where there is neither; komi is that of the rules.
// Throws ConfigError.
Rules rules_from_config(const Config& config);

// Of the first board: defaultBoardSize and relatives, else 19x19.
BoardSize board_size_from_config(const Config& config);

// The keys that stand for rules, for Config::apply_overrides.
std::span<const ExclusiveKeys> rules_keys();

}  // namespace katago
