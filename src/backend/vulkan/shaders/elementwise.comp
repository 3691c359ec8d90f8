#version 450
// SPDX-License-Identifier: MIT
// An epilogue without a product. One invocation four channels of a row; work groups: x: the quads of a board, y: board.
#extension GL_GOOGLE_include_directive : require
#include "push.glsl"

layout(local_size_x = 64) in;
#include "input.glsl"
#include "epilogue.glsl"

void main() {
    const uint at = gl_GlobalInvocationID.x, quads = push.out_channels / 4;
    if (at >= points() * quads) return;
    const uint row = gl_WorkGroupID.y * points() + at / quads, quad = at % quads;
    finish(row, quad, in_quad(row * quads + quad));
}
