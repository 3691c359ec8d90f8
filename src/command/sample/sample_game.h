// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>

#include "core/rng.h"
#include "eval/evaluation.h"
#include "game/history.h"
#include "game/sgf.h"

namespace katago {

// What is done with a position of a game: the playing network's word on it, new or known, as it is needed to play on.
// nullptr: the position is of no use, or sampling was stopped.
using LookAt = std::function<std::shared_ptr<const Evaluation>(const BoardHistory& history)>;

// Rules drawn at random, so that a network learns all of them, the usual ones more often. Komi is the usual one.
Rules draw_rules(Rng& rng);

// Plays a game of a network against itself by drawing moves from its policy, and has every position looked at.
// Diversified: handicap stones in some games; moves at random or by a flattened policy in the opening, then the komi
// that makes the game even, give or take; a temperature and a rate of blunders, passes among them, for each game, so
// that the student sees how mistakes are punished. Ends where the rules end it, in some games once it is decided, or
// when `look` has nothing to say.
void play_sample_game(BoardSize size, Rng& rng, const LookAt& look);

// Has every position of a recorded game looked at, up to its end. Rules are those of the record, else drawn.
// Throws ProtocolError where the record cannot be replayed.
void replay_sample_game(const SgfGame& record, Rng& rng, const std::function<bool(const BoardHistory&)>& look);

}  // namespace katago
