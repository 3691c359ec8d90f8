// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "backend/parity.h"

// Plans of the CPU backend against those of the reference.
namespace test_parity {

using namespace katago;

inline const std::vector<int> kBatches = {1, 5, 2};
inline const std::vector<BoardShape> kBoards = {{2, 2}, {3, 7}, {9, 9}, {13, 13}, {19, 19}};

// Checks the outputs of plans in every instruction set of this machine and every precision.
void check_parity(const Graph& graph, const std::vector<BoardShape>& boards = kBoards,
                  const std::vector<int>& batches = kBatches);

}  // namespace test_parity
