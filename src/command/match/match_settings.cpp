// SPDX-License-Identifier: MIT
#include "command/match/match_settings.h"

#include <algorithm>

#include "core/error.h"
#include "core/text.h"
#include "engine/default_files.h"
#include "play/game_settings.h"
#include "play/profile_use.h"

namespace katago {

namespace {

using M = MatchSettings;
using B = BotSettings;

constexpr ParamRow<M> kMatchRows[] = {
    {"numGamesTotal", &M::num_games, 1, 1e6, "Games to play."},
    {"numGameThreads", &M::num_game_threads, 0, 4096,
     "Games played at the same time; 0: as the cores or batches allow."},
    {"maxMovesPerGame", &M::max_moves_per_game, 1, 1e6, "Games are scored as they stand after so many moves."},
    {"openingsDir", &M::openings_dir, "Begin with the first moves of the SGF files in this folder."},
    {"openingMoves", &M::opening_moves, 0, 1e6, "So many of them; 0: a tenth of the board's points."},
    {"initGamesWithPolicy", &M::init_games_with_policy, "Begin with moves drawn from the network's policy."},
    {"policyInitAreaProp", &M::policy_init_area_prop, 0, 1, "So many of them on average, per point of the board."},
    {"policyInitAreaTemperature", &M::policy_init_area_temperature, 0.1, 5, "Temperature of that draw."},
    {"komiStdev", &M::komi_stdev, 0, 60, "Spread of komi around komiMean."},
    {"komiAuto", &M::komi_auto, "The komi that the network finds fair after the opening."},
    {"sprtAlpha", &M::sprt_alpha, 1e-6, 0.5, "Probability of accepting sprtElo1 where sprtElo0 is true."},
    {"sprtBeta", &M::sprt_beta, 1e-6, 0.5, "Probability of accepting sprtElo0 where sprtElo1 is true."},
};

constexpr ParamRow<B> kBotRows[] = {
    {"botName", &B::name, "What results and game records call the bot."},
    {"nnModelFile", &B::model_file, "Its network."},
};

// Keys that the rows above do not hold because the value is a list or has no default.
constexpr std::string_view kMoreMatchKeys[] = {"numBots",      "bSizes",   "bSizeRelProbs", "koRules",
                                               "scoringRules", "taxRules", "sprtElo0",      "multiStoneSuicideLegals",
                                               "hasButtons",   "sprtElo1", "komiMean",      "searchRandSeed"};

// KataGo's defaults for matches where they differ from those for play over GTP.
PlayerSettings match_player() {
    PlayerSettings player;
    SearchParams& params = player.search;
    params.min_playouts_per_thread = 0;
    params.root_symmetry_pruning = false;
    params.enable_passing_hacks = false;
    params.enable_more_passing_hacks = false;
    params.conservative_pass = false;
    params.fill_dame_before_pass = false;
    player.genmove_anti_mirror = false;
    // Ours: games are scored as the board stands, so that a pass over dead stones would give them away.
    player.friendly_pass = false;
    return player;
}

std::vector<std::string> read_list(const Config& config, std::string_view key) {
    std::vector<std::string> items;
    if (!config.contains(key)) return items;
    const std::string text = config.get_string(key);
    std::string_view rest = text;
    while (true) {
        const size_t end = rest.find(',');
        const std::string_view item = trimmed(rest.substr(0, end));
        if (item.empty()) throw ConfigError("Empty item in the list " + std::string(key) + " = " + text);
        items.emplace_back(item);
        if (end == std::string_view::npos) return items;
        rest.remove_prefix(end + 1);
    }
}

// Items that kata-set-rule understands as values of `rule`.
std::vector<std::string> read_rule_list(const Config& config, std::string_view key, std::string_view rule) {
    std::vector<std::string> items = read_list(config, key);
    for (const std::string& item : items) {
        try {
            with_rule(Rules{}, rule, item);
        } catch (const ProtocolError& error) {
            throw ConfigError("Could not parse config value for " + std::string(key) + ": " + error.what());
        }
    }
    return items;
}

void read_boards(const Config& config, MatchSettings& settings) {
    const std::vector<std::string> sizes = read_list(config, "bSizes");
    if (sizes.empty()) return;
    settings.board_sizes.clear();
    for (const std::string& text : sizes) {
        const std::optional<int> size = parse_int(text);
        if (!size || *size < kMinBoardLength || *size > kMaxBoardLength)
            throw ConfigError("bSizes: not a board size from " + std::to_string(kMinBoardLength) + " to " +
                              std::to_string(kMaxBoardLength) + ": " + text);
        settings.board_sizes.push_back(*size);
    }
    settings.board_size_weights.assign(sizes.size(), 1);
    const std::vector<std::string> weights = read_list(config, "bSizeRelProbs");
    if (weights.empty()) return;
    if (weights.size() != sizes.size()) throw ConfigError("bSizes and bSizeRelProbs differ in length");
    double sum = 0;
    for (size_t i = 0; i < weights.size(); ++i) {
        const std::optional<double> weight = parse_number(weights[i]);
        if (!weight || *weight < 0) throw ConfigError("bSizeRelProbs: not a probability: " + weights[i]);
        settings.board_size_weights[i] = *weight;
        sum += *weight;
    }
    if (sum <= 0) throw ConfigError("bSizeRelProbs: all are 0");
}

void read_sprt(const Config& config, MatchSettings& settings) {
    const Range<double> range{-10000, 10000};
    if (config.contains("sprtElo0")) settings.sprt_elo0 = config.get_double("sprtElo0", range);
    if (config.contains("sprtElo1")) settings.sprt_elo1 = config.get_double("sprtElo1", range);
    if (settings.sprt_elo0 && !settings.sprt_elo1)
        throw ConfigError("A sequential test needs -elo1 (sprtElo1), the difference that it looks for");
    if (settings.sprt_elo1 && *settings.sprt_elo1 <= settings.sprt_elo0.value_or(0))
        throw ConfigError("A sequential test needs -elo1 (sprtElo1) above -elo0 (sprtElo0)");
}

}  // namespace

std::optional<SprtOptions> MatchSettings::sprt() const {
    if (!sprt_elo1) return std::nullopt;
    return SprtOptions{.elo0 = sprt_elo0.value_or(0), .elo1 = *sprt_elo1, .alpha = sprt_alpha, .beta = sprt_beta};
}

std::span<const ParamRow<MatchSettings>> match_setting_rows() {
    return kMatchRows;
}

std::span<const ParamRow<BotSettings>> bot_setting_rows() {
    return kBotRows;
}

bool is_match_key(std::string_view key) {
    return find_param(match_setting_rows(), key) ||
           std::find(std::begin(kMoreMatchKeys), std::end(kMoreMatchKeys), key) != std::end(kMoreMatchKeys);
}

MatchSettings read_match_settings(const Config& config) {
    if (config.get_int("numBots", {1, 1024}, 2) != 2)
        throw ConfigError("numBots = " + config.get_string("numBots") + ": a match is between 2 bots");
    MatchSettings settings;
    apply_params(match_setting_rows(), config, settings);
    settings.rules = rules_from_config(config);
    settings.ko_rules = read_rule_list(config, "koRules", "ko");
    settings.scoring_rules = read_rule_list(config, "scoringRules", "scoring");
    settings.tax_rules = read_rule_list(config, "taxRules", "tax");
    settings.suicide_rules = read_rule_list(config, "multiStoneSuicideLegals", "suicide");
    settings.buttons = read_rule_list(config, "hasButtons", "hasButton");
    if (config.contains("komiMean")) {
        settings.komi_mean = config.get_double("komiMean", {-kMaxKomi, kMaxKomi});
        if (settings.komi_auto) throw ConfigError("Cannot both specify komiMean and komiAuto = true");
    }
    read_boards(config, settings);
    read_sprt(config, settings);
    return settings;
}

BotSettings read_bot_settings(Config config, size_t number) {
    BotSettings settings;
    settings.name = number == 0 ? "A" : "B";
    apply_params(bot_setting_rows(), config, settings);
    if (settings.name.empty()) throw ConfigError("botName" + std::to_string(number) + " is empty");
    settings.player = read_player_settings(config, match_player());
    if (!settings.player.has_limit)
        throw ConfigError("Nothing limits the searches of bot " + settings.name +
                          ": set maxVisits, maxPlayouts or maxTime");
    if (const std::string_view key = human_network_key(config); !key.empty())
        throw ConfigError(std::string(key) + ": a match has no network that imitates people beside the bots' own");
    if (settings.model_file.empty()) settings.model_file = find_default_model().string();
    settings.config = std::move(config);
    return settings;
}

}  // namespace katago
