// SPDX-License-Identifier: MIT
#include "command/gtp/move_timer.h"

#include <algorithm>

namespace katago {

namespace {

double longest_of(GtpSession& session, Player player) {
    const SearchParams& params = session.settings().genmove;
    const TimeControl& clock = session.clock(player);
    if (clock.is_unlimited()) return params.max_time_s;
    const Board& board = session.game().board();
    const int stones = board.count(Color::Black) + board.count(Color::White);
    return std::min(params.max_time_s,
                    TimeControl::longest_thinking(clock.plan(board.area(), stones, params.lag_buffer_s)));
}

}  // namespace

MoveTimer::MoveTimer(GtpSession& session, Player player)
    : begin_(std::chrono::steady_clock::now()), longest_s_(longest_of(session, player)) {}

double MoveTimer::used_s() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
}

double MoveTimer::left_s() const {
    return std::max(0.0, longest_s_ - used_s());
}

}  // namespace katago
