// SPDX-License-Identifier: MIT
#pragma once

#include "core/hash.h"
#include "eval/eval_options.h"
#include "game/history.h"

namespace katago {

// What the cache knows an evaluation by: the position with its rules, and each option that changes the answer; not the
// moves that led there nor the symmetry. `metadata` is null for networks that take none.
// Source: KataGo's evaluation cache.
Hash128 position_key(const BoardHistory& history, Player player, const EvalOptions& options,
                     const SgfMetadata* metadata);

}  // namespace katago
