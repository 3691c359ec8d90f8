// SPDX-License-Identifier: MIT
#pragma once

#include "game/history.h"
#include "play/win_loss_record.h"

namespace katago {

// How the engine plays uneven games. Source: KataGo's handicap play.

// Points that Black is ahead before the first move, by handicap and komi.
double initial_black_advantage(const BoardHistory& history);
// Who is behind by it.
Player disadvantaged_player(const BoardHistory& history);
// Whether `player` is so far behind by it that the game is uneven.
bool faces_handicap(const BoardHistory& history, Player player);

// The playout doubling advantage: how much stronger than the opponent the weaker side is to think itself. It follows
// from what it was at the last move, `current`, and from how that went; `cap_per_point` of the advantage is its most.
double next_playout_doubling_advantage(const BoardHistory& history, const WinLossRecord& record, double cap_per_point,
                                       double current);

}  // namespace katago
