#version 450
// SPDX-License-Identifier: MIT
// Global pooling, as GlobalPool in nn/layers.h says. A work group for 64 channels of a board (work group x: channels, y:
// board); without padding, channels are push.channels.
#extension GL_GOOGLE_include_directive : require
layout(local_size_x = 64) in;
#include "push.glsl"
#include "input.glsl"
layout(binding = 1) writeonly buffer Result { float result[]; };  // [boards, out_channels]: means, scaled means, third

void main() {
    const uint channel = gl_GlobalInvocationID.x, board = gl_WorkGroupID.y, area = board_points();
    const uint base = board * push.out_channels;
    // The padding behind the three parts.
    if (channel < push.out_channels - 3 * push.channels) result[base + 3 * push.channels + channel] = 0.0;
    if (channel >= push.channels) return;
    float sum = 0.0, most = -1.0;
    for (uint point = 0; point < area; ++point) {
        const float x = in_value((board * area + point) * push.in_channels + channel);
        sum += x;
        most = max(most, x);
    }
    const float mean = sum / float(area), edge = sqrt(float(area)) - 14.0;
    result[base + channel] = mean;
    result[base + push.channels + channel] = mean * edge * 0.1;
    result[base + 2 * push.channels + channel] = has(kValuePool) ? mean * (edge * edge * 0.01 - 0.1) : most;
}
