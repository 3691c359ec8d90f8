// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "game/point.h"

namespace katago {

// The win-loss values that searches for moves had at the root, one a move, in the order of the game. A value.
class WinLossRecord {
  public:
    void add(double white_win_loss) { white_values_.push_back(white_win_loss); }
    void clear() { white_values_.clear(); }

    // As `player` sees them; nullopt: there are fewer moves than that.
    std::optional<double> last(Player player) const;
    std::optional<double> lowest(Player player, size_t last_moves) const;
    std::optional<double> highest(Player player, size_t last_moves) const;

  private:
    std::vector<double> white_values_;
};

}  // namespace katago
