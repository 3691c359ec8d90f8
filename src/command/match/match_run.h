// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "command/match/match_opening.h"
#include "command/match/match_options.h"
#include "command/match/match_play.h"
#include "command/match/match_record.h"
#include "command/match/match_report.h"
#include "command/subcommand.h"
#include "core/log.h"
#include "core/thread.h"

namespace katago {

// Plays the games that are missing, several at a time, and keeps their results. Driven by one thread; functions marked
// (any time) may be called from others.
class MatchRun {
  public:
    // Borrowed, all outlive the run; without a folder nothing is kept.
    MatchRun(const MatchOptions& options, const std::array<MatchBot, 2>& bots, MatchFolder* folder, Logger& log);

    // Returns once all games are played, the test has decided, or the user interrupts. Throws what a game throws.
    void run(const Streams& streams);

    bool interrupted() const { return interrupted_; }
    const std::string& seed() const { return seed_; }
    // What is to be said about the openings.
    const std::vector<std::string>& warnings() const { return openings_.warnings(); }

    // (any time) How many games there are; a copy of their results, and what is expected.
    struct Snapshot {
        std::vector<GameRecord> records;
        MatchStatus status;
    };
    size_t games() const;
    std::unique_ptr<Snapshot> status() const;

  private:
    void work();
    std::optional<int64_t> next_game();
    void play(int64_t number);
    void keep(const PlayedGame& game, int64_t number, size_t black_bot);
    bool is_decided() const;

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
    std::chrono::steady_clock::time_point begin_;
    mutable std::mutex mutex_;
    std::deque<int64_t> waiting_ GUARDED_BY(mutex_);
    std::vector<GameRecord> records_ GUARDED_BY(mutex_);
    int64_t finished_ GUARDED_BY(mutex_) = 0;  // in this run
};

}  // namespace katago
