// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "game/history.h"
#include "search/report.h"
#include "search/search.h"

namespace katago {

// Short searches without noise, ambition or human policy, which say who leads and which stones live. They are made with
// a player's search, which is lent for one call of with(). One thread at a time.
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

    // Calls `use` with a quiet search. After that, also after an exception, the search that was lent stands at the
    // game's position again, with the parameters that it had, without a tree. Throws what `use` throws, or else what
    // giving the search back throws.
    static void with(const Loan& loan, const std::function<void(QuietSearch&)>& use);
    QuietSearch(const QuietSearch&) = delete;
    QuietSearch& operator=(const QuietSearch&) = delete;

    // Searches `history` with `visits` visits, or as many as `seconds` allow, two at least. Throws ProtocolError if
    // nothing could be evaluated.
    Findings run(const BoardHistory& history, int64_t visits, double seconds = SearchParams::kUnlimitedTime);
    // Of a search for a move.
    int threads() const { return loan_.params.num_threads; }

  private:
    explicit QuietSearch(const Loan& loan) : loan_(loan) {}

    const Loan& loan_;
};

// Stones whose chain is dead by this ownership (White's view, row by row from the top).
std::vector<Point> dead_stones(const Board& board, const Ownership& ownership);

}  // namespace katago
