// SPDX-License-Identifier: MIT
#include "play/win_loss_record.h"

#include <algorithm>

namespace katago {

std::optional<double> WinLossRecord::last(Player player) const {
    return lowest(player, 1);
}

std::optional<double> WinLossRecord::lowest(Player player, size_t last_moves) const {
    const std::optional<double> above = highest(opponent(player), last_moves);
    return above ? std::optional(-*above) : std::nullopt;
}

std::optional<double> WinLossRecord::highest(Player player, size_t last_moves) const {
    if (white_values_.size() < last_moves) return std::nullopt;
    const auto begin = white_values_.end() - static_cast<std::ptrdiff_t>(last_moves);
    return player == Color::White ? *std::max_element(begin, white_values_.end())
                                  : -*std::min_element(begin, white_values_.end());
}

}  // namespace katago
