// SPDX-License-Identifier: MIT
#include "play/winning.h"

#include <algorithm>
#include <cmath>

#include "play/handicap.h"

namespace katago {

namespace {

constexpr size_t kWinningTurns = 3;

// The first move at which the player to move may resign, and the lead with which White still plays on.
struct ResignLimits {
    double min_moves = 0;
    double white_lead = 0;
};

ResignLimits resign_limits(const PlayerSettings& settings, const BoardHistory& history) {
    const int area = history.board().area();
    const double advantage = initial_black_advantage(history);
    ResignLimits limits{.min_moves = 0, .white_lead = static_cast<double>(area)};
    if (history.next_player() == Color::White && advantage > 0.9) {
        // A handicap takes most of the game to catch up.
        limits.min_moves = 1 + area / 5;
        const double needed = std::max(1.0, 0.60 * area - limits.min_moves);
        const double moves = static_cast<double>(history.moves().size());
        const double done = std::clamp(moves - limits.min_moves, 0.0, needed);
        limits.white_lead = -advantage * (needed - done) / needed - 5 - 0.15 * advantage;
    }
    limits.min_moves = std::max(limits.min_moves, std::floor(settings.resign_min_moves_per_board_area * area));
    return limits;
}

}  // namespace

double search_factor(const PlayerSettings& settings, const WinLossRecord& record, Player player) {
    const double most = settings.search.win_loss_utility_factor;
    const double threshold = settings.search_factor_when_winning_threshold;
    const std::optional<double> lowest = record.lowest(player, kWinningTurns);
    if (!lowest || most - threshold <= 1e-10) return 1;
    const double worst = std::min(1.0, *lowest);
    if (worst <= threshold) return 1;
    return 1 + (worst - threshold) / (most - threshold) * (settings.search_factor_when_winning - 1);
}

bool wants_to_resign(const PlayerSettings& settings, const BoardHistory& history, const WinLossRecord& record,
                     double white_lead) {
    const Player player = history.next_player();
    const auto highest = record.highest(player, static_cast<size_t>(settings.resign_consec_turns));
    if (!settings.allow_resignation || !highest) return false;
    const ResignLimits limits = resign_limits(settings, history);
    if (static_cast<double>(history.moves().size()) < limits.min_moves) return false;
    if (player == Color::White && white_lead > limits.white_lead) return false;
    const double sign = player == Color::White ? 1 : -1;
    return white_lead * sign <= -settings.resign_min_score_difference && *highest < settings.resign_threshold;
}

}  // namespace katago
