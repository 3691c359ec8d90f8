// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "game/history.h"
#include "search/report.h"
#include "search/search.h"

namespace katago {

// Short searches without noise, ambition or human policy, which say who leads and which stones live. Lent a player's
// search for as long as this object lives; the search then stands at the game's position again, with the parameters
// that it had, without a tree. One thread at a time.
class QuietSearch {
  public:
    struct Loan {
        Search& search;
        const SearchParams& params;  // of a search for a move
        const BoardHistory& game;
        std::shared_ptr<const PatternBonuses> avoided_games;
    };
    struct Findings {
        NodeValues values;
        Ownership ownership;
    };

    explicit QuietSearch(const Loan& loan);
    ~QuietSearch();
    QuietSearch(const QuietSearch&) = delete;
    QuietSearch& operator=(const QuietSearch&) = delete;

    // Searches `history` with `visits` visits, or as many as `seconds` allow, two at least. Throws ProtocolError if
    // nothing could be evaluated.
    Findings run(const BoardHistory& history, int64_t visits, double seconds = SearchParams::kUnlimitedTime);
    // Of a search for a move.
    int threads() const { return loan_.params.num_threads; }

  private:
    Loan loan_;
    SearchParams params_before_;
};

// Stones whose chain is dead by this ownership (White's view, row by row from the top).
std::vector<Point> dead_stones(const Board& board, const Ownership& ownership);

}  // namespace katago
