// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <ostream>

#include "command/launch.h"
#include "command/match/match_options.h"
#include "command/match/match_run.h"
#include "command/match/subcommand.h"
#include "command/version.h"
#include "engine/engine.h"
#include "engine/thread_counts.h"
#include "play/avoided_games.h"

namespace katago {

namespace {

// The networks of both bots: one, where the same file is set up in the same way.
class Networks {
  public:
    Networks(const std::array<BotSettings, 2>& bots, std::ostream& err) {
        for (size_t i = 0; i < bots.size(); ++i) {
            if (i == 1 && same_network(bots[0], bots[1]))
                engines_[i] = engines_[0];
            else
                engines_[i] =
                    std::make_shared<Engine>(bots[i].model_file, bots[i].config, EngineOptions{.console = &err});
            // The seed is for the match; the keys are the same where an engine is shared.
            bots[i].config.contains("searchRandSeed");
        }
    }

    Engine& of(size_t bot) { return *engines_[bot]; }

  private:
    // Whatever is no setting of a search or of a bot's play may be one of the network.
    static std::map<std::string, std::string> network_keys(const BotSettings& bot) {
        std::map<std::string, std::string> keys = bot.config.all();
        std::erase_if(keys, [](const auto& pair) {
            return find_param(search_param_rows(), pair.first) || find_param(player_setting_rows(), pair.first) ||
                   find_param(bot_setting_rows(), pair.first) || pair.first.starts_with("avoidSgf");
        });
        return keys;
    }
    static bool same_network(const BotSettings& a, const BotSettings& b) {
        const std::map<std::string, std::string> keys = network_keys(a);
        if (a.model_file != b.model_file || keys != network_keys(b)) return false;
        for (const auto& [key, value] : keys)
            if (a.config.contains(key)) b.config.contains(key);
        return true;
    }

    std::array<std::shared_ptr<Engine>, 2> engines_;
};

MatchBot bot_of(const BotSettings& settings, Engine& engine, Logger& log) {
    return {settings, engine.evaluator(), read_avoided_games(settings.config, log)};
}

// Each game has a search of one of the bots at work, and all of them together the threads that suit its evaluator.
int default_game_threads(const std::array<BotSettings, 2>& bots, Networks& networks) {
    int games = kMostSearchThreads;
    for (size_t i = 0; i < bots.size(); ++i)
        games =
            std::min(games, ThreadCounts::of(networks.of(i).evaluator()).useful / bots[i].player.search.num_threads);
    return std::max(1, games);
}

void print_start(const MatchOptions& options, Networks& networks, const MatchRun& run, std::ostream& out) {
    for (size_t i = 0; i < options.bots.size(); ++i) {
        const Engine& engine = networks.of(i);
        out << options.bots[i].name << ": " << engine.model().name << " (" << engine.model_file() << "), backend "
            << engine.computes_with().title() << "\n";
    }
    const size_t before = run.games();
    if (before > 0) out << "Continuing after " << before << " games in " << options.output_dir.string() << "\n";
    out << options.settings.num_game_threads << " games at a time, seed " << run.seed() << std::endl;
}

}  // namespace

int run_match(std::span<const std::string> arguments, const Streams& streams) {
    const Options command_line = Options::parse(match_command_line(), arguments);
    if (command_line.wants_help()) {
        streams.out << help_text(match_command_line());
        return 0;
    }
    if (command_line.wants_version()) {
        streams.out << "\nmatch  version: " << version_text() << "\n";
        return 0;
    }
    MatchOptions options = read_match_options(command_line);
    const Launch launch{.model_file = {}, .config = options.config, .notes = options.notes};
    const std::unique_ptr<Logger> log = make_logger(launch, LogOptions{}, streams);
    Networks networks(options.bots, streams.err);
    if (options.settings.num_game_threads == 0)
        options.settings.num_game_threads = default_game_threads(options.bots, networks);
    std::unique_ptr<MatchFolder> folder;
    if (!options.output_dir.empty())
        folder = std::make_unique<MatchFolder>(
            options.output_dir, MatchFolder::Identity{.seed = options.seed, .settings = options.identity});
    for (size_t i = 0; i < options.bots.size(); ++i) networks.of(i).report(*log);
    const std::array<MatchBot, 2> bots = {bot_of(options.bots[0], networks.of(0), *log),
                                          bot_of(options.bots[1], networks.of(1), *log)};
    settle_used_keys(options);
    report_unused_keys(options.config, *log, streams.err);
    for (const BotSettings& bot : options.bots) report_unused_keys(bot.config, *log, streams.err);

    MatchRun run(options, bots, folder.get(), *log);
    for (const std::string& warning : run.warnings()) streams.err << "WARNING: " << warning << std::endl;
    print_start(options, networks, run, streams.out);
    run.run(streams);

    const std::string report = report_text(run.status()->status);
    log->write(report);
    streams.out << "\n" << report;
    if (run.interrupted())
        streams.out << (folder ? "Interrupted; the same command continues the match.\n"
                               : "Interrupted; with -output-dir it could be continued.\n");
    streams.out << std::flush;
    return 0;
}

}  // namespace katago
