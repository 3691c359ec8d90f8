// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstdint>

#include "nn/graph.h"
#include "quant/stored_weights.h"

namespace katago {

// How a product's weights are rounded.
struct Rounding {
    int block = 64;   // input channels that share a scale
    int rotated = 0;  // input channels that are turned together: see rotation.h
};
// How far the inputs of a product may be turned.
enum class Turning : uint8_t {
    None,    // convolutions of several points, and all of networks without attention, where it was not measured
    Units,   // what a gated layer multiplies, which kernels quantize a unit at a time
    Threes,  // all else
};
Turning turning_of(const Graph& graph, NodeId product);
// What is turned has a scale for up to kTurnedBlock channels, else for `block`.
Rounding rounding_of(const ProductShape& shape, Turning turning, int block);
inline constexpr int kTurnedBlock = 256;

// The weights of a product in INT8, a scale for each (tap, block of input channels, output channel).
// Each weight's rounding error is made up for by the weights that are not rounded yet, so that the product's result
// changes least over the inputs seen (GPTQ; Frantar and others, 2022, after optimal brain surgery).
//   moments   mean of x x^T over the product's inputs x, [tap][in]; lower triangle; is used up. Empty: plain rounding
LinearWeights round_to_int8(const Node& product, Eigen::MatrixXf moments, const Rounding& rounding);

// The fewest blocks of at most `most` channels, of equal size as far as that is a multiple of `unit`.
int block_size(int channels, int most, int unit);
// Multiples in which kernels take blocks.
inline constexpr int kBlockUnit = 16, kTurnedBlockUnit = 64, kThreesBlockUnit = 192;

}  // namespace katago
