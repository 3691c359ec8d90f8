// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <limits>

#include "nn/graph.h"
#include "quant/stored_weights.h"

namespace katago {

// How a linear layer's weights are rounded.
struct Rounding {
    int block = 64;           // input channels that share a scale
    int rotated = 0;          // input channels that are rotated together: see rotation.h
    bool taps_share = false;  // all taps of an output have the same scales
};
// How widely the inputs of a linear layer may be rotated.
enum class RotationWidth : uint8_t {
    None,    // convolutions of several taps, and all of networks without attention, where it was not measured
    Block,   // one Hadamard block: the last matrix of a GLU, whose inputs kernels quantize a block at a time
    Widest,  // three blocks with a Householder reflection, where they come in threes: all else
};
RotationWidth rotation_width_of(const Graph& graph, NodeId layer);
// Rotated channels have a scale for up to kRotatedScaleBlock of them, others for up to `block`; with kOneScale, all
// weights of an output share one, as some libraries want it.
Rounding rounding_of(const LinearShape& shape, RotationWidth width, int block);
inline constexpr int kRotatedScaleBlock = 256;
inline constexpr int kOneScale = std::numeric_limits<int>::max();

// The weights of a linear layer in INT8, a scale for each (tap, block of input channels, output channel).
// Each weight's rounding error is made up for by the weights that are not rounded yet, so that the layer's outputs
// change least over the inputs seen (GPTQ; Frantar and others, 2022, after optimal brain surgery).
//   moments   mean of x x^T over the layer's inputs x, [tap][in]; lower triangle; is used up. Empty: plain rounding
LinearWeights round_to_int8(const Node& layer, Eigen::MatrixXf moments, const Rounding& rounding);

// The size of blocks that are as few as `most` channels a block allow, and equal as far as that is a multiple of
// `multiple`.
int block_size(int channels, int most, int multiple);
// Multiples in which kernels take blocks: of channels as they are, under Hadamard rotation, under reflection as well.
inline constexpr int kBlockMultiple = 16, kHadamardBlockMultiple = 64, kReflectedBlockMultiple = 192;

}  // namespace katago
