// SPDX-License-Identifier: MIT
#pragma once

#include <cstdlib>

// The longest edge of the boards that kernels and plans are compared on. KATAGO_TEST_SMALL_BOARDS leaves out those
// beyond 9x9, for processors that are emulated: smaller boards have each kind of tile and of rest, and take a fifth of
// the time.
inline int largest_edge() {
    return std::getenv("KATAGO_TEST_SMALL_BOARDS") != nullptr ? 9 : 19;
}
