// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

#include "command/options.h"
#include "command/sample/sample_rows.h"
#include "core/thread.h"

namespace katago {

// A board size and its share of all rows, of any unit.
struct SizeShare {
    BoardSize size;
    double share = 1;
};

// A folder of shards, files of rows of one board size named 9x9-00000.safetensors and so on, to which a run adds.
// Knows every row by its key, those of earlier runs included. Thread-safe.
class SampleStore {
  public:
    struct Options {
        std::filesystem::path folder;
        size_t shard_rows = 16384;
        // Go into the header of each shard.
        std::map<std::string, std::string> metadata;
        std::function<void(const std::string&)> log;  // a line for a person
    };

    // Makes the folder or reads what is there. Throws IoError, ModelError.
    explicit SampleStore(Options options);

    // Of this run and those before.
    int64_t rows() const { return rows_; }
    // Tells a person a line, as the options say; one at a time.
    void tell(const std::string& line);
    // Numbers for games, each given out once, over all runs.
    int64_t next_game() { return next_game_++; }
    // The size that is furthest from its share.
    BoardSize size_wanted(const std::vector<SizeShare>& shares) const;

    // Makes the key known; false: it was.
    bool claim(uint64_t key);
    // Rows whose keys were claimed; written as soon as there are enough of their size. Throws IoError.
    void add(const SampleRows& rows);
    // Writes what is left, in smaller shards.
    void flush();

  private:
    static std::string size_name(BoardSize size);
    void write(const SampleRows& rows, int64_t shard);

    Options options_;
    std::atomic<int64_t> rows_ = 0;
    std::atomic<int64_t> next_game_ = 0;
    std::atomic<int64_t> next_shard_ = 0;
    std::mutex telling_;  // held while a line is told
    mutable std::mutex mutex_;
    std::unordered_set<uint64_t> keys_ GUARDED_BY(mutex_);
    std::map<std::string, SampleRows> pending_ GUARDED_BY(mutex_);  // by size_name()
    std::map<std::string, int64_t> rows_of_size_ GUARDED_BY(mutex_);
};

}  // namespace katago
