// SPDX-License-Identifier: MIT
#include "play/handicap.h"

#include <algorithm>
#include <cmath>

namespace katago {

namespace {

constexpr double kPdaStep = 0.125;
constexpr double kPdaMax = 2.75;
constexpr int kLargestEvenSide = 7;  // no advantage on boards as small as that
// The weaker side's win-loss values between which its advantage stays.
constexpr double kHopeless = -0.9;
constexpr double kHopeful = -0.5;

double size_scale(const BoardHistory& history) {
    return std::pow(361.0 / history.board().area(), 0.75);
}

// Points of advantage that make a game uneven.
double uneven_advantage(const BoardHistory& history) {
    return std::max(4 / size_scale(history), 2.0);
}

double pda_cap(const BoardHistory& history, double cap_per_point) {
    const double scale = size_scale(history);
    const double start = uneven_advantage(history);
    const double advantage = std::abs(initial_black_advantage(history));
    const int shorter_side = std::min(history.board().width(), history.board().height());
    if (advantage < start || shorter_side <= kLargestEvenSide) return 0;
    return std::round(std::min(kPdaMax, cap_per_point * (advantage - start) * scale) / kPdaStep) * kPdaStep;
}

}  // namespace

double initial_black_advantage(const BoardHistory& history) {
    const Rules& rules = history.rules();
    const double without = 7 - static_cast<double>(rules.komi);
    const int stones = history.handicap_stones();
    if (stones <= 1) return without;
    const double stone_value = rules.scoring == ScoringRule::Area ? 15 : 14;
    return stone_value * (stones - 1) + without - static_cast<double>(history.white_handicap_bonus());
}

Player disadvantaged_player(const BoardHistory& history) {
    return initial_black_advantage(history) >= 0 ? Color::White : Color::Black;
}

bool faces_handicap(const BoardHistory& history, Player player) {
    const double black_advantage = initial_black_advantage(history);
    return (player == Color::White ? black_advantage : -black_advantage) > uneven_advantage(history);
}

double next_playout_doubling_advantage(const BoardHistory& history, const WinLossRecord& record, double cap_per_point,
                                       double current) {
    const double cap = pda_cap(history, cap_per_point);
    const std::optional<double> value = record.last(disadvantaged_player(history));
    if (!value || history.board().count(Color::White) == 0) return cap;
    if (*value < kHopeless) current += kPdaStep;
    if (*value > kHopeful) current -= kPdaStep;
    return std::clamp(current, 0.0, cap);
}

}  // namespace katago
