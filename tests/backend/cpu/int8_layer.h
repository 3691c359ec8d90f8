// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "backend/cpu/run_kernel.h"
#include "nn/linear_weights.h"
#include "nn/random_int8.h"

// Layers with 8-bit weights, run by a kernel and checked by plain loops.
namespace test_kernels {

using test_nets::random_int8;

// A layer, its boards and their values, [row][channel].
struct Int8Layer {
    LayerSize size;
    Boards boards;
    std::vector<std::vector<float>> rows;

    // The row that a tap of this row sees; -1 off the board.
    int neighbour(int row, int tap) const;
    Blocks blocks(int width) const;
};

Int8Layer random_layer(test_nets::Numbers& numbers, const LayerSize& size, const Boards& boards);

// The same layer for kernels whose weights are rotated.
Int8Layer rotated(Int8Layer layer, int together);
// Weights as they are stored, rotated.
LinearWeights not_rotated_back(const LinearWeights& weights);

PackedWeights pack_int8(const LinearKernel& kernel, const LinearWeights& weights, const LayerSize& size, int width,
                        bool whole_rows = true);

Blocks run(const LinearKernel& kernel, const Int8Layer& layer, const PackedWeights& packed, int width,
           const Blocks* residual = nullptr);

// The largest error over what rounding the inputs of each row and group to integers can change.
double worst_error(const LinearKernel& kernel, const Int8Layer& layer, const PackedWeights& packed,
                   const std::vector<float>& weights, const Blocks& found);

// For each set that has kernels with 8-bit weights.
template <class Test>
void for_each_int8_gemm(const Test& test) {
    for_each_kernel(LinearLayer::Gemm, Arithmetic::Int8, test);
}

}  // namespace test_kernels
