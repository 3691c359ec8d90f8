// SPDX-License-Identifier: MIT
#include "command/match/match_run.h"

#include <unistd.h>

#include <algorithm>
#include <ostream>

#include "command/interrupt_watch.h"
#include "game/sgf.h"

namespace katago {

namespace {

using Clock = std::chrono::steady_clock;

constexpr double kRedrawInterval_s = 0.5;
// Between two progress lines where the last one cannot be written over.
constexpr double kLineInterval_s = 10;

double seconds_since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
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

// The line on stderr: written over on a terminal, else repeated now and then.
class MatchProgressLine {
  public:
    explicit MatchProgressLine(std::ostream& err) : err_(err), is_terminal_(isatty(STDERR_FILENO) == 1) {}

    bool is_due(size_t games) const {
        if (!shown_once_) return is_terminal_ || games > 0;
        return is_terminal_ ? seconds_since(shown_) >= kRedrawInterval_s
                            : games != shown_games_ && seconds_since(shown_) >= kLineInterval_s;
    }
    void show(const MatchRun::Snapshot& snapshot) {
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

}  // namespace

MatchRun::MatchRun(const MatchOptions& options, const std::array<MatchBot, 2>& bots, MatchFolder* folder, Logger& log)
    : options_(options),
      sprt_(options.settings.sprt()),
      seed_(folder                 ? folder->seed()
            : options.seed.empty() ? random_seed()
                                   : options.seed),
      openings_(options.settings, seed_),
      bots_(bots),
      folder_(folder),
      log_(log) {
    for (const std::string& warning : openings_.warnings()) log_.write("WARNING: " + warning);
    if (folder) records_ = folder->records();
    std::vector<bool> played(static_cast<size_t>(options.settings.num_games), false);
    for (const GameRecord& record : records_)
        if (record.number < options.settings.num_games) played[static_cast<size_t>(record.number)] = true;
    for (size_t i = 0; i < played.size(); ++i)
        if (!played[i]) waiting_.push_back(static_cast<int64_t>(i));
    if (is_decided()) waiting_.clear();
}

void MatchRun::run(const Streams& streams) {
    const InterruptWatch interrupts;
    begin_ = Clock::now();
    const size_t count = std::min(static_cast<size_t>(options_.settings.num_game_threads), waiting_.size());
    at_work_ = count;
    std::vector<std::unique_ptr<Thread>> threads;
    for (size_t i = 0; i < count; ++i) threads.push_back(std::make_unique<Thread>([this] { work(); }));
    MatchProgressLine line(streams.err);
    while (at_work_ > 0) {
        if ((interrupts.wait() || streams.reader->gone()) && !stop_.exchange(true)) interrupted_ = true;
        if (line.is_due(games())) line.show(*status());
    }
    line.end();
    for (const auto& thread : threads) thread->join();
}

size_t MatchRun::games() const {
    const std::lock_guard lock(mutex_);
    return records_.size();
}

std::unique_ptr<MatchRun::Snapshot> MatchRun::status() const {
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

// A thread: game after game, until there is none left.
void MatchRun::work() {
    // Says that this thread has ended, however it does.
    const std::shared_ptr<void> leave(nullptr, [this](void*) { --at_work_; });
    try {
        while (const std::optional<int64_t> number = next_game()) play(*number);
    } catch (...) {
        stop_ = true;
        throw;
    }
}

std::optional<int64_t> MatchRun::next_game() {
    const std::lock_guard lock(mutex_);
    if (stop_ || waiting_.empty()) return std::nullopt;
    const int64_t number = waiting_.front();
    waiting_.pop_front();
    return number;
}

void MatchRun::play(int64_t number) {
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

void MatchRun::keep(const PlayedGame& game, int64_t number, size_t black_bot) {
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

bool MatchRun::is_decided() const {
    if (!sprt_) return false;
    const double ratio = log_likelihood_ratio(score_of(records_), sprt_->elo0, sprt_->elo1);
    return sprt_verdict(*sprt_, ratio) != SprtVerdict::Undecided;
}

}  // namespace katago
