// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "command/match/match_play.h"
#include "command/match/match_settings.h"
#include "core/rng.h"
#include "game/history.h"
#include "game/sgf.h"

namespace katago {

// Where the games of a match begin: board, rules, komi and first moves, all decided by the match's seed and the number
// of a pair of games. Immutable, so that threads share it.
class MatchOpenings {
  public:
    // Reads the SGF files of openingsDir, those in sub-folders included. Throws IoError, ProtocolError, ConfigError.
    MatchOpenings(const MatchSettings& settings, const std::string& seed);

    // The position after the opening, its moves being the game's first. The bot's network draws the moves and finds
    // fair komi, by evaluations that are the same every time. Throws ProtocolError, UsageError, BackendError.
    BoardHistory make(int64_t pair, const MatchBot& bot) const;

    // What is to be said about the files in openingsDir, those among them that were left out.
    const std::vector<std::string>& warnings() const { return warnings_; }

  private:
    Rules draw_rules(Rng& rng) const;
    BoardHistory draw_recorded(int64_t pair, const Rules& rules) const;

    MatchSettings settings_;
    std::string seed_;
    std::vector<SgfGame> records_;  // in the order in which they are used
    std::vector<std::string> warnings_;
};

}  // namespace katago
