// SPDX-License-Identifier: MIT
#include "command/match/match_options.h"

#include <algorithm>

#include "core/error.h"
#include "engine/embedded_network.h"
#include "play/game_settings.h"

namespace katago {

namespace {

// Settings where there is no configuration file.
constexpr std::string_view kBuiltInConfig = R"(
rules = tromp-taylor
maxVisits = 100
allowResignation = true
resignThreshold = -0.95
resignConsecTurns = 6
)";

constexpr std::array<std::string_view, 2> kBotLetters = {"a", "b"};

// Options that stand for a key.
struct KeyOption {
    std::string_view option;
    std::string_view key;
};
constexpr KeyOption kKeyOptions[] = {
    {"model", "nnModelFile"},
    {"games", "numGamesTotal"},
    {"threads", "numGameThreads"},
    {"boardsize", "bSizes"},
    {"komi", "komiMean"},
    {"openings", "openingsDir"},
    {"opening-moves", "openingMoves"},
    {"seed", "searchRandSeed"},
    {"elo0", "sprtElo0"},
    {"elo1", "sprtElo1"},
    {"alpha", "sprtAlpha"},
    {"beta", "sprtBeta"},
    {"log-file", "logFile"},
};

// Keys that may change when a match is continued.
bool is_free_to_change(std::string_view key) {
    return key == "numGamesTotal" || key == "numGameThreads" || key == "searchRandSeed" || key.starts_with("sprt") ||
           key.starts_with("log");
}

// The bot that a key is for by its last character; nullopt: both, or none.
std::optional<size_t> bot_of_key(std::string_view key) {
    if (key.size() < 2 || is_match_key(key)) return std::nullopt;
    if (key.back() == '0') return 0;
    if (key.back() == '1') return 1;
    return std::nullopt;
}

Config read_files(const Options& options) {
    const std::vector<std::string> files = options.values("config");
    if (files.empty()) return Config::from_text(kBuiltInConfig, "built-in settings");
    Config config = Config::from_file(files[0]);
    for (size_t i = 1; i < files.size(); ++i) config.add_file(files[i]);
    return config;
}

void apply_text_overrides(Config& config, const std::vector<std::string>& texts, std::string_view who,
                          std::vector<std::string>& notes) {
    for (const std::string& text : texts)
        for (const auto& [key, value] : config.apply_overrides(text, rules_keys()))
            notes.push_back("Config override" + std::string(who) + ": " + key + " = " + value);
}

Config read_shared_config(const Options& options, std::vector<std::string>& notes) {
    Config config = read_files(options);
    apply_text_overrides(config, options.values("override-config"), "", notes);
    std::vector<std::pair<std::string, std::string>> pairs;
    for (const KeyOption& row : kKeyOptions)
        if (const auto value = options.value(row.option)) pairs.emplace_back(row.key, *value);
    if (!pairs.empty()) config.apply_overrides(pairs);
    return config;
}

Config read_bot_config(const Config& shared, const Options& options, size_t bot, std::vector<std::string>& notes) {
    Config config = shared;
    std::vector<std::pair<std::string, std::string>> changes;
    for (const auto& [key, value] : shared.all()) {
        const std::optional<size_t> owner = bot_of_key(key);
        if (!owner) continue;
        changes.emplace_back(key, "");
        if (*owner == bot) changes.emplace_back(key.substr(0, key.size() - 1), value);
    }
    if (!changes.empty()) config.apply_overrides(changes);
    const std::string letter(kBotLetters[bot]);
    for (const std::string& file : options.values("config-" + letter)) config.add_file(file);
    apply_text_overrides(config, options.values("override-config-" + letter), " of " + letter, notes);
    if (const auto model = options.value("model-" + letter)) {
        const std::pair<std::string, std::string> pair("nnModelFile", *model);
        config.apply_overrides(std::span(&pair, 1));
    }
    return config;
}

std::vector<std::string> describe(const std::array<BotSettings, 2>& bots) {
    std::vector<std::string> lines;
    const std::map<std::string, std::string> a = bots[0].config.all();
    const std::map<std::string, std::string> b = bots[1].config.all();
    const auto add = [&](const std::map<std::string, std::string>& keys,
                         const std::map<std::string, std::string>& other, std::string_view suffix) {
        for (const auto& [key, value] : keys) {
            const auto found = other.find(key);
            const bool shared = found != other.end() && found->second == value;
            if (is_free_to_change(key) || key == "nnModelFile" || (shared && suffix != "0")) continue;
            lines.push_back(key + (shared ? "" : std::string(suffix)) + " = " + value);
        }
    };
    add(a, b, "0");
    add(b, a, "1");
    for (size_t i = 0; i < bots.size(); ++i)
        lines.push_back("nnModelFile" + std::to_string(i) + " = " +
                        (is_embedded_network(bots[i].model_file)
                             ? bots[i].model_file
                             : std::filesystem::absolute(bots[i].model_file).string()));
    std::sort(lines.begin(), lines.end());
    return lines;
}

}  // namespace

const CommandLine& match_command_line() {
    static const CommandLine line{
        "match",
        "Plays games between two bots, A and B, and reports which is stronger. Colours alternate, each opening is "
        "played "
        "twice.\n"
        "   In config files the keys of A end in 0, those of B in 1 (maxVisits0 = 100), keys of both in neither.\n\n"
        "   Is twice the search worth 50 Elo on 9x9? Ends as soon as the answer is clear:\n"
        "      katago match -model NET.bin.gz -boardsize 9 -override-config maxVisits=100 \\\n"
        "         -override-config-b maxVisits=50 -elo0 0 -elo1 50 -output-dir games9\n"
        "   Two networks; interrupt it with Ctrl-C and type the same again to continue:\n"
        "      katago match -config configs/match.cfg -model-a NEW.bin.gz -model-b OLD.bin.gz -output-dir newold\n"
        "   Openings from game records:\n"
        "      katago match -config configs/match.cfg -model NET.bin.gz -openings sgfs -opening-moves 20 \\\n"
        "         -override-config-a cpuctExploration=1.2",
        {
            {"config", "", "FILE",
             "Config file(s) to use (see configs/match.cfg); a later file's keys replace earlier ones.", true},
            {"config-a", "", "FILE", "Config file(s) for A alone, keys without a number.", true},
            {"config-b", "", "FILE", "Config file(s) for B alone.", true},
            {"model", "", "FILE", "Network of a bot that has none of its own.", false},
            {"model-a", "", "FILE", "Network of A.", false},
            {"model-b", "", "FILE", "Network of B.", false},
            {"override-config", "", "KEYVALUEPAIRS",
             "Replaces settings of the config: \"key=value, key=value...\"; an empty value removes the key.", true},
            {"override-config-a", "", "KEYVALUEPAIRS", "Replaces settings for A alone, keys without a number.", true},
            {"override-config-b", "", "KEYVALUEPAIRS", "Replaces settings for B alone.", true},
            {"output-dir", "sgf-output-dir", "DIR",
             "Keep results and SGF files in this folder, and continue a match begun there.", false},
            {"games", "", "N", "How many games, numGamesTotal (default 400).", false},
            {"threads", "", "N",
             "How many games at the same time, numGameThreads (default: as the cores or batches allow).", false},
            {"boardsize", "", "SIZE", "Size of the board, or sizes separated by commas, bSizes (default 19).", false},
            {"komi", "", "KOMI", "Komi, komiMean (default: that of the rules).", false},
            {"openings", "", "DIR", "Begin with the first moves of the SGF files in this folder, openingsDir.", false},
            {"opening-moves", "", "N", "How many of them, openingMoves (default: a tenth of the board's points).",
             false},
            {"seed", "", "TEXT", "Draw the same openings as another match with this seed, searchRandSeed.", false},
            {"elo0", "", "ELO", "Sequential test: A is better by this much at most, sprtElo0 (default 0)...", false},
            {"elo1", "", "ELO", "...or by this much at least, sprtElo1. The match ends when that is decided.", false},
            {"alpha", "", "P", "Probability of deciding for elo1 although elo0 is true, sprtAlpha (default 0.05).",
             false},
            {"beta", "", "P", "Probability of deciding for elo0 although elo1 is true, sprtBeta (default 0.05).",
             false},
            {"log-file", "", "FILE", "Append a log to this file, logFile.", false},
        }};
    return line;
}

MatchOptions read_match_options(const Options& options) {
    MatchOptions result;
    result.config = read_shared_config(options, result.notes);
    result.settings = read_match_settings(result.config);
    for (size_t i = 0; i < result.bots.size(); ++i)
        result.bots[i] = read_bot_settings(read_bot_config(result.config, options, i, result.notes), i);
    if (result.bots[0].name == result.bots[1].name)
        throw ConfigError("Both bots are called " + result.bots[0].name + ": give them different botName0, botName1");
    result.seed = result.config.get_string("searchRandSeed", "");
    result.output_dir = options.value("output-dir").value_or("");
    result.identity = describe(result.bots);
    return result;
}

void settle_used_keys(const MatchOptions& options) {
    const auto unused_by = [&](size_t bot, const std::string& key) {
        const std::vector<std::string> unused = options.bots[bot].config.unused_keys();
        return std::find(unused.begin(), unused.end(), key) != unused.end();
    };
    const std::map<std::string, std::string> shared = options.config.all();
    for (const std::string& key : options.config.unused_keys()) {
        const std::optional<size_t> owner = bot_of_key(key);
        const bool used =
            owner ? !unused_by(*owner, key.substr(0, key.size() - 1)) : !unused_by(0, key) || !unused_by(1, key);
        if (used) options.config.contains(key);
    }
    for (const BotSettings& bot : options.bots) {
        for (const auto& [key, value] : bot.config.all()) {
            const auto found = shared.find(key);
            if (found != shared.end() && found->second == value) bot.config.contains(key);
        }
    }
}

}  // namespace katago
