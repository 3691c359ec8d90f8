#version 450
// SPDX-License-Identifier: MIT
// A matrix on vectors of whole boards, in FP32. One invocation an output.
#extension GL_GOOGLE_include_directive : require
layout(local_size_x = 64) in;
#include "push.glsl"
layout(binding = 0) readonly buffer In { float values[]; };       // [boards, in_channels]
layout(binding = 1) readonly buffer Weights { float weights[]; };  // [in_channels, out_channels]
#include "epilogue.glsl"

void main() {
    const uint at = flat_index();
    if (at >= push.boards * push.out_channels) return;
    const uint board = at / push.out_channels, channel = at % push.out_channels;
    float sum = 0.0;
    for (uint i = 0; i < push.in_channels; ++i)
        sum += values[board * push.in_channels + i] * weights[i * push.out_channels + channel];
    finish(board, channel, sum);
}
