// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <vector>

#include "nn/passes/executor.h"

namespace pass_tests {

// Checks that the outputs of a graph are the same within the rounding of folded norms.
void check_outputs(const Graph& graph, const std::vector<Value>& wanted, const std::vector<Value>& found);

// Calls `test` with the small networks of the reference data, one of each architecture and more.
void for_each_small_network(const std::function<void(const Graph&)>& test);

}  // namespace pass_tests
