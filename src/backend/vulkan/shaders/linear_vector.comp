#version 450
// SPDX-License-Identifier: MIT
// A matrix on vectors of whole boards, in FP32. A work group sums 32 outputs of 4 boards: lanes side by side have four
// outputs each, and those above each other a slice of the inputs, so that even one board keeps many lanes busy. Work
// groups: x: outputs, y: boards.
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#include "push.glsl"

const uint kLanes = 8, kSlices = 16, kBoards = 4;
layout(local_size_x = 8, local_size_y = 16) in;
layout(binding = 0) readonly buffer In { vec4 values[]; };       // [boards, in_channels]
layout(binding = 1) readonly buffer Weights { vec4 weights[]; };  // [in_channels, out_channels]
#include "epilogue.glsl"

shared vec4 parts[kSlices][kBoards][kLanes];

void main() {
    const uint lane = gl_LocalInvocationID.x, slice = gl_LocalInvocationID.y;
    const uint quads = push.out_channels / 4, in_quads = push.in_channels / 4;
    const uint quad = gl_GlobalInvocationID.x, first_board = gl_WorkGroupID.y * kBoards;
    vec4 sums[kBoards];
    [[unroll]] for (uint i = 0; i < kBoards; ++i) sums[i] = vec4(0.0);
    if (quad < quads)
        for (uint in_quad = slice; in_quad < in_quads; in_quad += kSlices) {
            mat4 block;  // a column an input
            [[unroll]] for (uint i = 0; i < 4; ++i) block[i] = weights[(in_quad * 4 + i) * quads + quad];
            // Boards beyond the last repeat it, and are dropped.
            [[unroll]] for (uint i = 0; i < kBoards; ++i)
                sums[i] += block * values[min(first_board + i, push.boards - 1) * in_quads + in_quad];
        }
    [[unroll]] for (uint i = 0; i < kBoards; ++i) parts[slice][i][lane] = sums[i];
    barrier();
    const uint board = first_board + slice;
    if (slice >= kBoards || board >= push.boards || quad >= quads) return;
    vec4 sum = vec4(0.0);
    for (uint i = 0; i < kSlices; ++i) sum += parts[i][slice][lane];
    finish(board, quad, sum);
}
