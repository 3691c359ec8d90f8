// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <unordered_set>

#include "core/hash.h"
#include "game/history.h"

namespace katago {

// Absorbs numbers into a hash, the order counting.
class Mixer {
  public:
    void add(uint64_t value) {
        hash_.h0 = mix::murmur(hash_.h0 ^ value);
        hash_.h1 = mix::split(hash_.h1 + value);
    }
    const Hash128& hash() const { return hash_; }

  private:
    Hash128 hash_{0x6A09E667F3BCC908u, 0xBB67AE8584CAA73Bu};
};

// Adds what stands within `radius` points of `center` in both directions, and which stones are in atari; with
// `exchanged`, Black's stones as White's and the reverse.
void add_neighborhood(const Board& board, Point center, int radius, bool exchanged, Mixer& mixer);

// Utilities that are added to positions after known local moves, so that games differ from one another. A value,
// immutable while a search uses it. Source: KataGo's pattern bonus.
class PatternBonuses {
  public:
    // Tells a move by the stones within four points of it, its point, its player and the size of the board. 0 for moves
    // that are never known: passes, and those that take a ko.
    static uint64_t key_of(const Board& before, Point move, Player player);

    PatternBonuses() = default;
    // Begins with all of `earlier`, which may be null.
    explicit PatternBonuses(std::shared_ptr<const PatternBonuses> earlier) : earlier_(std::move(earlier)) {}

    // Makes a move less attractive to its player by `utility`, wherever and for whomever it comes up again: under all
    // symmetries, and for the other player with the colours exchanged. Keys in `counted` are left out, new ones added.
    void avoid_move(const Board& before, const Move& move, double utility, std::unordered_set<uint64_t>& counted);
    // The same for every move of `player` in the game.
    void avoid_moves_of(const BoardHistory& game, Player player, double utility);
    bool empty() const { return white_utilities_.empty() && (!earlier_ || earlier_->empty()); }

    // Added to White's utility after a move with this key.
    double white_utility(uint64_t key) const {
        const auto found = white_utilities_.find(key);
        const double own = found == white_utilities_.end() ? 0 : found->second;
        return earlier_ ? own + earlier_->white_utility(key) : own;
    }

  private:
    std::shared_ptr<const PatternBonuses> earlier_;
    std::unordered_map<uint64_t, double> white_utilities_;
};

}  // namespace katago
