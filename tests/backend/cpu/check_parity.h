// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "backend/backend.h"
#include "nn/random_net.h"

// Plans of the CPU backend against those of the reference.
namespace test_parity {

using namespace katago;

inline const std::vector<int> kBatches = {1, 5, 2};
inline const std::vector<BoardShape> kBoards = {{2, 2}, {3, 7}, {9, 9}, {13, 13}, {19, 19}};

// Rows of inputs; half of the planes' values are zero, as the first convolution expects.
struct Inputs {
    std::vector<float> spatial, global, meta;
    Inputs(const Graph& graph, BoardShape board, int batch);
    PlanInputs pointers() const { return {spatial.data(), global.data(), meta.data()}; }
};

// The five outputs, one after another.
struct Outputs {
    std::vector<std::vector<float>> rows;
    Outputs(const Graph& graph, BoardShape board, int batch);
    PlanOutputs pointers() { return {rows[0].data(), rows[1].data(), rows[2].data(), rows[3].data(), rows[4].data()}; }
};

// Checks the outputs of plans in every instruction set of this machine and every precision.
void check_parity(const Graph& graph, const std::vector<BoardShape>& boards = kBoards,
                  const std::vector<int>& batches = kBatches);

inline NodeId stem(test_nets::RandomNet& net, int channels) {
    return net.conv(net.planes, channels, 3);
}

// Of `in`, by its queries, keys and values.
NodeId attention(test_nets::RandomNet& net, NodeId in, Attention layer, bool rope);

}  // namespace test_parity
