// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>

#include "backend/cpu/ops/linear.h"

namespace katago::cpu {

// The layouts of layers with INT8 weights: a gemm (one tap) or a 3x3 convolution without transforms (nine). The input
// channels form groups, and each group of each row has a scale of its own, each group of each tap of each column too:
// sums over one group and tap become floats with both scales and are added up as floats. Weights are packed in panels,
//   [panel][tap][steps][panel width][step_channels]
// where a step multiplies that many neighbouring channels; missing ones, up to a whole channel_multiple, are zero.
// Their scales and sums are [panel][tap][group][panel width]; a sum is what a zero point of 1 adds.
// The inputs of rotated weights (Hadamard rotation, nn/rotation.h) are rotated as they are quantized, into
//   [group][channel block][entry][block_bytes]
// where an entry is a row, or a point of a border; with scales, then zero points (the kernel's own, four bytes each),
// [group][entries].
inline constexpr int kInt8Block = 64;          // channels of a channel block, which lie beside each other in a row
inline constexpr int kInt8RotatedGroup = 256;  // the most channels of a group
// A group is a multiple of 16 channels of up to a block, or several whole blocks, or all channels.
[[gnu::always_inline]] constexpr int groups_of(int channels, int group) {
    return (channels + group - 1) / group;
}
[[gnu::always_inline]] constexpr int blocks_of_group(int group) {
    return (group + kInt8Block - 1) / kInt8Block;
}

// A call of the first two layers of a GLU, which read the same input: the activation of the one times the other (the
// gate) is quantized for the third without being stored as floats.
struct GluCall {
    LinearCall linear;             // of its `out` only what the activation needs; its scratch is for the norm
    const float* gamma = nullptr;  // of the RMS norm, over channels, that its input goes through first; null: none
    float epsilon = 0;             // likewise
    WeightsView gate;              // in groups like those of `linear`
    int out_group = kInt8Block;    // of the third's weights: at most a block, of whole panels, or all channels
    int out_rotated = 0;           // likewise
    void* out = nullptr;           // these two as the third's call takes its input
    float* out_scales = nullptr;
};

struct GluKernel {
    std::string_view name;
    size_t (*scratch_floats)(const GluCall& call);
    void (*run)(const GluCall& call);
};

}  // namespace katago::cpu
