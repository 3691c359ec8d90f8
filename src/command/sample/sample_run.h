// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "command/sample/sample_store.h"
#include "command/subcommand.h"
#include "core/error.h"
#include "core/thread.h"
#include "engine/engine.h"
#include "game/sgf.h"

namespace katago {

struct SampleSettings {
    std::filesystem::path folder;
    std::filesystem::path sgf_folder;  // empty: none
    int64_t rows = 0;
    size_t shard_rows = 0;
    int threads = 1;
    std::vector<SizeShare> sizes;
    std::string seed;      // empty: none was given
    double row_share = 1;  // of a game's positions, in (0, 1]
    int symmetries = 1;    // whose mean is the teacher's answer, 1 to 8
};

// Samples with several threads until there are enough rows. Driven by one thread.
class SampleRun {
  public:
    // `teacher` answers for the rows; `player`, which may be the same, plays the games. Throws IoError.
    SampleRun(const SampleSettings& settings, Engine& teacher, Engine& player, SampleStore& store,
              const Streams& streams);

    // Returns at the wanted number of rows, or once the user interrupts. Throws what a thread throws,
    // and IoError where records were given and none could be used.
    void run();

    bool interrupted() const { return interrupted_; }

  private:
    struct Worker;

    std::string progress_text(int64_t done, double seconds) const;
    void work();
    std::optional<std::filesystem::path> next_record();
    std::shared_ptr<const Evaluation> take_row(Worker& worker, const BoardHistory& history);
    std::shared_ptr<const Evaluation> look_at(Worker& worker, const BoardHistory& history);
    void play_game();
    void take_record(const std::filesystem::path& file);
    std::optional<SgfGame> load_record(const std::filesystem::path& file);
    void leave_out(const Error& error);

    const SampleSettings& settings_;
    Engine& teacher_;
    Engine& player_;
    SampleStore& store_;
    const Streams& streams_;
    const std::string seed_;
    std::atomic<bool> stop_ = false;
    std::atomic<int> at_work_ = 0;
    std::atomic<int64_t> used_records_ = 0;
    bool interrupted_ = false;
    std::mutex mutex_;
    std::deque<std::filesystem::path> records_ GUARDED_BY(mutex_);
};

}  // namespace katago
