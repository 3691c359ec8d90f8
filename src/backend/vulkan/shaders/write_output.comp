#version 450
// SPDX-License-Identifier: MIT
// A value [rows, in_channels] as rows of the host, [rows, channels] floats. One invocation an element.
#extension GL_GOOGLE_include_directive : require
layout(local_size_x = 64) in;
#include "push.glsl"
#include "input.glsl"
layout(binding = 1) writeonly buffer Result { float result[]; };

void main() {
    const uint at = flat_index();
    if (at < push.boards * points() * push.channels)
        result[at] = in_value(at / push.channels * push.in_channels + at % push.channels);
}
