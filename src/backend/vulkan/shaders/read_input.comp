#version 450
// SPDX-License-Identifier: MIT
// Rows of the host, [rows, channels] floats, as a value [rows, out_channels] of type T or float. One invocation an element.
#extension GL_GOOGLE_include_directive : require
layout(local_size_x = 64) in;
#include "push.glsl"
layout(binding = 0) readonly buffer In { float values[]; };
layout(binding = 1) writeonly buffer ResultFloat { float result_float[]; };
#if FP16
layout(binding = 1) writeonly buffer ResultHalf { T result_half[]; };
#endif

void main() {
    const uint at = flat_index();
    if (at >= push.boards * points() * push.out_channels) return;
    const uint row = at / push.out_channels, channel = at % push.out_channels;
    const float x = channel < push.channels ? values[row * push.channels + channel] : 0.0;
#if FP16
    if (has(kRawIsT)) result_half[at] = T(x);
    else
#endif
        result_float[at] = x;
}
