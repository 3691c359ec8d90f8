// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "command/match/match_play.h"
#include "command/match/match_stats.h"

namespace katago {

// What a match remembers of a finished game; a line of its results file.
struct GameRecord {
    int64_t number = 0;               // from 0; games 2k and 2k + 1 share an opening
    size_t black_bot = 0;             // 0 or 1
    Outcome outcome = Outcome::Draw;  // of bot 0
    GameEnd end = GameEnd::Score;
    std::string result;  // as SGF has it
    int board_size = 0;
    float komi = 0;
    int64_t moves = 0;
    std::array<BotEffort, 2> efforts;
};

// Of a finished game.
GameRecord record_of(const PlayedGame& game, int64_t number, size_t black_bot);

// The line of a game, without line end, and the inverse. Throws ProtocolError: not such a line.
std::string record_line(const GameRecord& record);
GameRecord parse_record_line(const std::string& line);

// A folder in which a match keeps its state: settings.txt, results.tsv, and games/<number>.sgf. All of a game's result
// is on disk before the next one counts, so that a match can be continued whatever ended it. One thread at a time.
class MatchFolder {
  public:
    // What a match is known by: a folder never holds games of two.
    struct Identity {
        std::string seed;                   // empty: any; a new match gets one at random
        std::vector<std::string> settings;  // lines without line ends
    };

    // Makes the folder, or reads back what is in it, and keeps other processes out. Throws IoError, ProtocolError for a
    // damaged file, UsageError for a folder in use or the games of other settings, naming one that differs.
    MatchFolder(const std::filesystem::path& folder, const Identity& identity);

    const std::string& seed() const { return seed_; }
    // Games played before.
    const std::vector<GameRecord>& records() const { return records_; }

    // Throws IoError.
    void add(const GameRecord& record, const std::string& sgf);

  private:
    // Held by at most one process at a time; the system lets go of it however the process ends.
    class Lock {
      public:
        explicit Lock(const std::filesystem::path& folder);
        ~Lock();
        Lock(const Lock&) = delete;
        Lock& operator=(const Lock&) = delete;

      private:
        int folder_ = -1;
    };

    static std::filesystem::path made(const std::filesystem::path& folder);
    void read_settings(const Identity& identity);
    void write_settings(const Identity& identity);
    void read_results();

    std::filesystem::path folder_;
    Lock lock_;
    std::string seed_;
    std::vector<GameRecord> records_;
    std::ofstream results_;
};

// A seed for a match that was given none.
std::string random_seed();

}  // namespace katago
