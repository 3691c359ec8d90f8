// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "command/match/match_stats.h"
#include "core/config.h"
#include "core/param_table.h"
#include "game/point.h"
#include "game/rules.h"
#include "play/player_settings.h"

namespace katago {

// One of the two players of a match: a network and how it plays. In the configuration its keys carry its number,
// 0 or 1 (maxVisits0); keys without a number are for both. A value.
struct BotSettings {
    std::string name;
    std::string model_file;
    PlayerSettings player;
    Config config;  // without the other bot's keys; what the network is set up from
};

// The games of a match. A value.
struct MatchSettings {
    int64_t num_games = 400;
    int num_game_threads = 0;  // 0: as many as suit the evaluators of both bots
    int max_moves_per_game = 1200;

    // --- Openings: the first moves of recorded games, else moves drawn from a network's policy ---
    std::string openings_dir;
    int opening_moves = 0;  // of a recorded game; 0: a tenth of the board's points
    bool init_games_with_policy = true;
    double policy_init_area_prop = 0.04;  // mean number of moves drawn, per point of the board
    double policy_init_area_temperature = 1;

    // --- Boards, rules, komi; one of each list is drawn for each pair of games ---
    std::vector<int> board_sizes = {kMaxBoardLength};
    std::vector<double> board_size_weights = {1};
    Rules rules;
    std::vector<std::string> ko_rules, scoring_rules, tax_rules, suicide_rules, buttons;  // empty: as `rules` say
    std::optional<double> komi_mean;                                                      // unset: as the rules say
    double komi_stdev = 0;
    bool komi_auto = false;

    // --- Sequential test ---
    std::optional<double> sprt_elo0;
    std::optional<double> sprt_elo1;
    double sprt_alpha = 0.05;
    double sprt_beta = 0.05;

    // nullopt: play all games.
    std::optional<SprtOptions> sprt() const;
};

std::span<const ParamRow<MatchSettings>> match_setting_rows();
// The rows of a bot that are not those of its player.
std::span<const ParamRow<BotSettings>> bot_setting_rows();
// Whether a key of the configuration is one of MatchSettings, also where no row holds it.
bool is_match_key(std::string_view key);

// Read from a configuration. Throw ConfigError.
MatchSettings read_match_settings(const Config& config);
// `number` 0 or 1; the keys carry no number any more.
BotSettings read_bot_settings(Config config, size_t number);

}  // namespace katago
