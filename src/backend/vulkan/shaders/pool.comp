#version 450
// SPDX-License-Identifier: MIT
// Global pooling, as GlobalPool in nn/layers.h says. A work group pools 32 channels of a board: lanes side by side have
// four channels each, and those above each other every 16th point. Work groups: x: channels, y: board.
#extension GL_GOOGLE_include_directive : require
#include "push.glsl"

const uint kLanes = 8, kRows = 16;
layout(local_size_x = 8, local_size_y = 16) in;
#include "input.glsl"
// [boards, out_channels]: means, scaled means and the third, side by side without padding.
layout(binding = 1) writeonly buffer Result { float result[]; };

shared vec4 sums[kRows][kLanes];
shared vec4 maxima[kRows][kLanes];

void main() {
    const uint lane = gl_LocalInvocationID.x, first = gl_LocalInvocationID.y, local = gl_LocalInvocationIndex;
    const uint quad = gl_GlobalInvocationID.x, quads = push.in_channels / 4;
    const uint board = gl_WorkGroupID.y, area = board_points();
    vec4 sum = vec4(0.0), most = vec4(-1.0);
    if (quad < quads)
        for (uint point = first; point < area; point += kRows) {
            const vec4 x = in_quad((board * area + point) * quads + quad);
            sum += x;
            most = max(most, x);
        }
    sums[first][lane] = sum;
    maxima[first][lane] = most;
    barrier();

    // From here on, a lane a channel.
    const uint channel = gl_WorkGroupID.x * kLanes * 4 + local, base = board * push.out_channels;
    if (gl_WorkGroupID.x == 0 && local < push.out_channels - 3 * push.channels)
        result[base + 3 * push.channels + local] = 0.0;
    if (local >= kLanes * 4 || channel >= push.channels) return;
    float total = 0.0, largest = -1.0;
    for (uint row = 0; row < kRows; ++row) {
        total += sums[row][local / 4][local % 4];
        largest = max(largest, maxima[row][local / 4][local % 4]);
    }
    const float mean = total / float(area), edge = sqrt(float(area)) - 14.0;
    result[base + channel] = mean;
    result[base + push.channels + channel] = mean * edge * 0.1;
    result[base + 2 * push.channels + channel] = has(kValuePool) ? mean * (edge * edge * 0.01 - 0.1) : largest;
}
