// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "core/machine.h"

namespace katago {

// What a tree that has `held_bytes` now may grow to where the configuration does not say: a quarter of the machine's
// memory, but no more than what is free.
int64_t default_tree_bytes(const MachineMemory& memory, int64_t held_bytes);

}  // namespace katago
