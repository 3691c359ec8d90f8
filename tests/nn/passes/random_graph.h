// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "nn/graph.h"

namespace pass_tests {

// A graph of the given seed with everything that passes look for, and with much that stops them: values that are read
// several times, sums in any order, GLUs that are none.
katago::Graph random_graph(uint32_t seed);

}  // namespace pass_tests
