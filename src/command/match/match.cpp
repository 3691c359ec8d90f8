// SPDX-License-Identifier: MIT
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <ostream>

#include "command/interrupt_watch.h"
#include "command/launch.h"
#include "command/match/match_opening.h"
#include "command/match/match_options.h"
#include "command/match/match_play.h"
#include "command/match/match_record.h"
#include "command/match/match_report.h"
#include "command/table.h"
#include "command/version.h"
#include "core/thread.h"
#include "engine/engine.h"
#include "game/sgf.h"
#include "play/avoided_games.h"

namespace katago {

namespace {

using Clock = std::chrono::steady_clock;

constexpr double kRedrawInterval_s = 0.5;
// Between two progress lines where the last one cannot be written over.
constexpr double kLineInterval_s = 10;

double seconds_since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

// The networks of both bots: one, where the same file is set up in the same way.
class Networks {
  public:
    explicit Networks(const std::array<BotSettings, 2>& bots) {
        for (size_t i = 0; i < bots.size(); ++i) {
            if (i == 1 && same_network(bots[0], bots[1]))
                engines_[i] = engines_[0];
            else
                engines_[i] = std::make_shared<Engine>(bots[i].model_file, bots[i].config);
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

// Names stand in SGF files as they are, where these characters would end them.
std::string sgf_escaped(const std::string& text) {
    std::string escaped;
    for (const char c : text) {
        if (c == ']' || c == '\\') escaped += '\\';
        escaped += c;
    }
    return escaped;
}

// Plays the games that are missing, several at a time, and keeps their results. Driven by one thread.
class MatchRun {
  public:
    MatchRun(const MatchOptions& options, const std::array<MatchBot, 2>& bots, MatchFolder* folder, Logger& log)
        : options_(options),
          sprt_(options.settings.sprt()),
          seed_(folder                 ? folder->seed()
                : options.seed.empty() ? random_seed()
                                       : options.seed),
          openings_(options.settings, seed_),
          bots_(bots),
          folder_(folder),
          log_(log) {
        if (folder) records_ = folder->records();
        std::vector<bool> played(static_cast<size_t>(options.settings.num_games), false);
        for (const GameRecord& record : records_)
            if (record.number < options.settings.num_games) played[static_cast<size_t>(record.number)] = true;
        for (size_t i = 0; i < played.size(); ++i)
            if (!played[i]) waiting_.push_back(static_cast<int64_t>(i));
        if (is_decided()) waiting_.clear();
    }

    // Returns once all games are played, the test has decided, or the user interrupts. Throws what a game throws.
    void run(std::ostream& err) {
        const InterruptWatch interrupts;
        begin_ = Clock::now();
        const size_t count = std::min(static_cast<size_t>(options_.settings.num_game_threads), waiting_.size());
        at_work_ = count;
        std::vector<std::unique_ptr<Thread>> threads;
        for (size_t i = 0; i < count; ++i) threads.push_back(std::make_unique<Thread>([this] { work(); }));
        ProgressLine line(err);
        while (at_work_ > 0) {
            if (interrupts.wait() && !stop_.exchange(true)) interrupted_ = true;
            if (line.is_due(games())) line.show(*status());
        }
        line.end();
        for (const auto& thread : threads) thread->join();
    }

    bool interrupted() const { return interrupted_; }
    const std::string& seed() const { return seed_; }

    // (any time) How many games there are; a copy of their results, and what is expected.
    struct Snapshot {
        std::vector<GameRecord> records;
        MatchStatus status;
    };
    size_t games() const {
        const std::lock_guard lock(mutex_);
        return records_.size();
    }
    std::unique_ptr<Snapshot> status() const {
        auto snapshot = std::make_unique<Snapshot>();
        const std::lock_guard lock(mutex_);
        snapshot->records = records_;
        MatchStatus& status = snapshot->status;
        status = {.records = snapshot->records,
                  .names = {options_.bots[0].name, options_.bots[1].name},
                  .num_games = std::max(options_.settings.num_games, static_cast<int64_t>(records_.size())),
                  .sprt = sprt_,
                  .seconds_left = std::nullopt};
        if (finished_ > 0) {
            const auto left = static_cast<double>(waiting_.size()) + 0.5 * static_cast<double>(at_work_);
            status.seconds_left = seconds_since(begin_) / static_cast<double>(finished_) * left;
        }
        return snapshot;
    }

  private:
    // The line on stderr: written over on a terminal, else repeated now and then.
    class ProgressLine {
      public:
        explicit ProgressLine(std::ostream& err) : err_(err), is_terminal_(isatty(STDERR_FILENO) == 1) {}

        bool is_due(size_t games) const {
            if (!shown_once_) return is_terminal_ || games > 0;
            return is_terminal_ ? seconds_since(shown_) >= kRedrawInterval_s
                                : games != shown_games_ && seconds_since(shown_) >= kLineInterval_s;
        }
        void show(const Snapshot& snapshot) {
            err_ << (is_terminal_ ? "\r" : "") << progress_text(snapshot.status) << (is_terminal_ ? "\033[K" : "\n")
                 << std::flush;
            shown_ = Clock::now();
            shown_games_ = snapshot.records.size();
            shown_once_ = true;
        }
        void end() {
            if (is_terminal_ && shown_once_) err_ << "\r\033[K" << std::flush;
        }

      private:
        std::ostream& err_;
        bool is_terminal_;
        bool shown_once_ = false;
        size_t shown_games_ = 0;
        Clock::time_point shown_;
    };

    // A thread: game after game, until there is none left.
    void work() {
        // Says that this thread has ended, however it does.
        const std::shared_ptr<void> leave(nullptr, [this](void*) { --at_work_; });
        try {
            while (const std::optional<int64_t> number = next_game()) play(*number);
        } catch (...) {
            stop_ = true;
            throw;
        }
    }

    std::optional<int64_t> next_game() {
        const std::lock_guard lock(mutex_);
        if (stop_ || waiting_.empty()) return std::nullopt;
        const int64_t number = waiting_.front();
        waiting_.pop_front();
        return number;
    }

    void play(int64_t number) {
        const int64_t pair = number / 2;
        GameStart start;
        // Each network opens every second pair.
        start.history = openings_.make(pair, bots_[static_cast<size_t>(pair % 2)]);
        start.black_bot = static_cast<size_t>(number % 2);
        start.max_moves = options_.settings.max_moves_per_game;
        start.seed = seed_ + "/game/" + std::to_string(number);
        const std::optional<PlayedGame> game = play_match_game(start, bots_, stop_);
        if (game) keep(*game, number, start.black_bot);
    }

    void keep(const PlayedGame& game, int64_t number, size_t black_bot) {
        SgfWriteOptions names;
        names.black_name = sgf_escaped(options_.bots[black_bot].name);
        names.white_name = sgf_escaped(options_.bots[1 - black_bot].name);
        const GameRecord record = record_of(game, number, black_bot);
        const std::string sgf = sgf_text(game.history, names);
        const std::lock_guard lock(mutex_);
        if (folder_) folder_->add(record, sgf);
        records_.push_back(record);
        ++finished_;
        log_.write("Game " + std::to_string(number) + ": " + options_.bots[black_bot].name + " (Black) - " +
                   options_.bots[1 - black_bot].name + " " + record.result + " after " + std::to_string(record.moves) +
                   " moves");
        if (is_decided()) stop_ = true;
    }

    bool is_decided() const {
        if (!sprt_) return false;
        const double ratio = log_likelihood_ratio(score_of(records_), sprt_->elo0, sprt_->elo1);
        return sprt_verdict(*sprt_, ratio) != SprtVerdict::Undecided;
    }

    const MatchOptions& options_;
    const std::optional<SprtOptions> sprt_;
    const std::string seed_;
    const MatchOpenings openings_;
    const std::array<MatchBot, 2> bots_;
    MatchFolder* folder_;  // null: nothing is kept
    Logger& log_;
    std::atomic<bool> stop_ = false;
    std::atomic<size_t> at_work_ = 0;
    bool interrupted_ = false;
    Clock::time_point begin_;
    mutable std::mutex mutex_;
    std::deque<int64_t> waiting_ GUARDED_BY(mutex_);
    std::vector<GameRecord> records_ GUARDED_BY(mutex_);
    int64_t finished_ GUARDED_BY(mutex_) = 0;  // in this run
};

void print_start(const MatchOptions& options, Networks& networks, const MatchRun& run, std::ostream& out) {
    for (size_t i = 0; i < options.bots.size(); ++i) {
        const Engine& engine = networks.of(i);
        out << options.bots[i].name << ": " << engine.model().name << " (" << engine.model_file() << "), backend "
            << engine.backend().name() << "\n";
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
    const MatchOptions options = read_match_options(command_line);
    const Launch launch{.model_file = {}, .config = options.config, .notes = options.notes};
    const std::unique_ptr<Logger> log = make_logger(launch, LogOptions{}, streams);
    Networks networks(options.bots);
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
    print_start(options, networks, run, streams.out);
    run.run(streams.err);

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
