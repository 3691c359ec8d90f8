// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "core/rng.h"
#include "search/policy/context.h"

namespace katago {

// What is particular to the root of a search. Source: KataGo's treatment of the root.

// The symmetries, the identity first, under which the whole state looks the same: the position, the moves that the
// opponent is to avoid, and the hint. The moves that the player is to avoid may differ, as in KataGo: of symmetric
// moves one is searched that is not among them.
std::vector<int> symmetries_of(const SearchContext& context);

// By policy index: 1 where the root may play. Leaves out copies by the context's root_symmetries, and moves in the
// context's root_safe_area while the opponent only passes.
std::vector<uint8_t> find_allowed_moves(const SearchContext& context);

// By policy index: points, for White, that make useless moves in settled areas look worse than a pass. `evaluation`,
// the root's, has ownership.
std::vector<double> find_ending_bonus(const SearchContext& context, const Evaluation& evaluation);

// The context's root_evaluation with temperature, Dirichlet noise and hint on its policy; itself where none is asked
// for.
std::shared_ptr<const Evaluation> adjust_root_policy(const SearchContext& context, Rng& rng);

}  // namespace katago
