#version 450
// SPDX-License-Identifier: MIT
// Rows of the host, [rows, channels] floats, as a value [rows, out_channels] of type T or float. One invocation four
// channels of a row; work groups: x: the quads of a board, y: board.
#extension GL_GOOGLE_include_directive : require
#include "push.glsl"

layout(local_size_x = 64) in;
layout(binding = 0) readonly buffer In { float values[]; };
#define RESULT_BINDING 1
#include "result.glsl"

void main() {
    const uint at = gl_GlobalInvocationID.x, quads = push.out_channels / 4;
    if (at >= points() * quads) return;
    const uint row = gl_WorkGroupID.y * points() + at / quads, channel = at % quads * 4;
    vec4 x = vec4(0.0);
    for (uint i = 0; i < 4; ++i)
        if (channel + i < push.channels) x[i] = values[row * push.channels + channel + i];
    write_quad(gl_WorkGroupID.y * points() * quads + at, x);
}
