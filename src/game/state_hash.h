// SPDX-License-Identifier: MIT
#pragma once

#include "core/hash.h"
#include "game/history.h"

namespace katago {

// Mixed into hashes of states in which a pass ends the phase, and in which the game is over.
inline constexpr Hash128 kPassEndsPhaseHash{0x853E097C279EBF4Eu, 0xE3153DEF9E14A62Cu};
inline constexpr Hash128 kGameIsOverHash{0xB6F9E465597A77EEu, 0xF1D583D960A4CE7Fu};

// All of a state that an evaluation depends on, the moves that led to it aside: stones, player to move, bans, phase,
// self komi, rules. `draw_wins` is what a draw counts for White; `pass_alive_under_suicide` the mode in force, which is
// the history's own unless a network asks for another.
Hash128 situation_rules_hash(const BoardHistory& history, double draw_wins, bool pass_alive_under_suicide);

// The same, and the passes made: equal for states that may share a node of the search.
Hash128 graph_state_hash(const BoardHistory& history, double draw_wins);

// The hash of a node of graph search after a move: `previous` is its parent's, `repetition_bound` the number of moves
// within which a return to an earlier state must be told apart by the line of play.
Hash128 next_graph_hash(const Hash128& previous, const BoardHistory& history, int repetition_bound, double draw_wins);

// The graph hash at the end of the whole recorded game.
Hash128 graph_hash_from_start(const BoardHistory& history, int repetition_bound, double draw_wins);

}  // namespace katago
