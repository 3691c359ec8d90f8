// SPDX-License-Identifier: MIT
#include "play/move_timer.h"

#include <algorithm>

namespace katago {

namespace {

double longest_of(const SearchParams& params, const TimeControl& clock, const Board& board) {
    if (clock.is_unlimited()) return params.max_time_s;
    const int stones = board.count(Color::Black) + board.count(Color::White);
    return std::min(params.max_time_s,
                    TimeControl::longest_thinking(clock.plan(board.area(), stones, params.lag_buffer_s)));
}

}  // namespace

MoveTimer::MoveTimer(const SearchParams& params, const TimeControl& clock, const Board& board)
    : begin_(std::chrono::steady_clock::now()), longest_s_(longest_of(params, clock, board)) {}

double MoveTimer::used_s() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
}

double MoveTimer::left_s() const {
    return std::max(0.0, longest_s_ - used_s());
}

}  // namespace katago
