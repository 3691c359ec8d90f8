// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "game/history.h"
#include "game/rules.h"

namespace katago {

struct SamplerOptions {
    Rules default_rules;                    // of records that state none, or none that is understood
    std::set<std::string> excluded_sha256;  // of files that are not to be used, lower-case hex
};

// A position of a game record: all moves up to it, so that a network sees the same past as in play.
struct SampledPosition {
    BoardHistory history;
    int game = 0;      // index into SampledPositions::games
    int symmetry = 0;  // 0 to 7, drawn at random, under which those who want it see the position
};

// A record that positions were drawn from.
struct SampledGame {
    std::string file;  // its path
    std::string sha256;
    int positions = 0;
};

struct SampledPositions {
    std::vector<SampledPosition> positions;  // fewer than asked for where the records hold no more
    std::vector<SampledGame> games;
    std::vector<std::string> warnings;  // of records left out, wholly or in part: file, place and reason
    int excluded_games = 0;             // by excluded_sha256
};

// Draws `count` different positions from SGF records, the same ones for the same records and seed: as many from each
// game as its length allows, spread over its whole course and all its variations, from the start to the last move that
// leaves the game unfinished. No more records than needed are read; with fewer positions than records, those that are
// read are drawn too.
//   paths   SGF files, and folders that are searched for .sgf files to any depth
// Records that are damaged, variations that cannot be played and copies of a record are left out. Throws IoError where
// a path cannot be read or no position is left, saying why.
SampledPositions sample_positions(std::span<const std::filesystem::path> paths, int count, uint64_t seed,
                                  const SamplerOptions& options = {});

// A record in memory.
struct SgfText {
    std::string name;
    std::string_view text;
};
// The same of such records.
SampledPositions sample_positions(std::span<const SgfText> records, int count, uint64_t seed,
                                  const SamplerOptions& options = {});

// The records that such paths name: in the order of the paths, those of one folder by name. Throws IoError.
std::vector<std::filesystem::path> find_game_records(std::span<const std::filesystem::path> paths);

}  // namespace katago
