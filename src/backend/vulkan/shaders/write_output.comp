#version 450
// SPDX-License-Identifier: MIT
// A value [rows, in_channels] as rows of the host, [rows, channels] floats. One invocation an element, so that rows
// without padding are written side by side; work groups: x: the elements of a board, y: board.
#extension GL_GOOGLE_include_directive : require
#include "push.glsl"

layout(local_size_x = 64) in;
#include "input.glsl"
layout(binding = 1) writeonly buffer Result { float result[]; };

void main() {
    const uint at = gl_GlobalInvocationID.x;
    if (at >= points() * push.channels) return;
    const uint row = gl_WorkGroupID.y * points() + at / push.channels, channel = at % push.channels;
    result[row * push.channels + channel] = in_quad((row * push.in_channels + channel) / 4)[channel % 4];
}
