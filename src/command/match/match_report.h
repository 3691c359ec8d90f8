// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>

#include "command/match/match_record.h"
#include "command/match/match_stats.h"

namespace katago {

// What a match looks like in text. Pure functions.

// What there is to tell about.
struct MatchStatus {
    std::span<const GameRecord> records;
    std::array<std::string, 2> names;
    int64_t num_games = 0;  // wanted
    std::optional<SprtOptions> sprt;
    std::optional<double> seconds_left;  // unset: not known
};

// From bot 0's side.
MatchScore score_of(std::span<const GameRecord> records);

// "+12", "-5", "+inf".
std::string elo_text(double elo);

// One line: games, score, Elo with its interval, the sequential test, time left.
std::string progress_text(const MatchStatus& status);
// Several lines, the last with its line end: the same with colours, spread, speeds and the test's verdict.
std::string report_text(const MatchStatus& status);

}  // namespace katago
