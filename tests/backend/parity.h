// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "backend/backend.h"
#include "nn/random_net.h"

// What comparisons of a backend's plans with the reference's are made of.
namespace test_parity {

using namespace katago;

// Of the largest value of a tensor. FP32 sums of a few thousand products differ by 1e-6; Winograd's transforms cost
// another factor of a few, once for each of the two or three convolutions in a row here.
constexpr double kParity = 2e-5;

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

// Checks outputs [first, last) of a plan, each within `bound`.
void check_outputs(const Outputs& found, const Outputs& wanted, size_t first, size_t last, double bound);

inline NodeId stem(test_nets::RandomNet& net, int channels) {
    return net.conv(net.planes, channels, 3);
}

// Of `in`, by its queries, keys and values.
NodeId attention(test_nets::RandomNet& net, NodeId in, Attention layer, bool rope);

}  // namespace test_parity
