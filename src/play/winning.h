// SPDX-License-Identifier: MIT
#pragma once

#include "game/history.h"
#include "play/player_settings.h"
#include "play/win_loss_record.h"

namespace katago {

// What follows from a game that is as good as won or lost. Source: KataGo.

// What the limits of `player`'s next search are scaled by: below 1 where the game has been won for some moves.
double search_factor(const PlayerSettings& settings, const WinLossRecord& record, Player player);

// Whether the player to move gives up after a search that found White ahead by `white_lead`, and whose value the record
// ends with. White, giving handicap, waits until it should have caught up.
bool wants_to_resign(const PlayerSettings& settings, const BoardHistory& history, const WinLossRecord& record,
                     double white_lead);

}  // namespace katago
