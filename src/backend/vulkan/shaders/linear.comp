#version 450
// SPDX-License-Identifier: MIT
// A convolution, or a matrix at every point, as an implicit matrix product: rows [boards * points, taps * in_channels]
// times weights [taps * in_channels, out_channels].
#extension GL_GOOGLE_include_directive : require
layout(local_size_x = 16, local_size_y = 16) in;
#include "push.glsl"
layout(binding = 0) readonly buffer In { T values[]; };       // [rows, in_channels]
layout(binding = 1) readonly buffer Weights { T weights[]; };  // [taps, in_channels, out_channels]
#include "epilogue.glsl"

const uint kTile = 64, kDepth = 16;
shared float a[kDepth][kTile];
shared float b[kDepth][kTile];

void main() {
    const uint rows = push.boards * board_points();
    const uint first_row = gl_WorkGroupID.y * kTile, first_channel = gl_WorkGroupID.x * kTile;
    const uint local = gl_LocalInvocationIndex;
    const ivec2 size = ivec2(push.width, push.height);
    const uint kernel_y = push.kernel & 255, kernel_x = (push.kernel >> 8) & 255;
    const int dilation_y = int((push.kernel >> 16) & 255), dilation_x = int(push.kernel >> 24);

    // This invocation loads depths 4 * (local / 64) ... + 3 of row (local % 64).
    const uint row = first_row + local % kTile;
    const ivec2 place = ivec2(row % push.width, row / push.width % push.height);
    float sums[4][4];
    for (int i = 0; i < 4; ++i)
        for (int j = 0; j < 4; ++j) sums[i][j] = 0.0;

    for (uint tap = 0; tap < kernel_y * kernel_x; ++tap) {
        const ivec2 offset = ivec2((int(tap % kernel_x) - int(kernel_x / 2)) * dilation_x,
                                   (int(tap / kernel_x) - int(kernel_y / 2)) * dilation_y);
        const ivec2 from = place + offset;
        const bool inside = row < rows && all(greaterThanEqual(from, ivec2(0))) && all(lessThan(from, size));
        const int source = int(row) + offset.y * size.x + offset.x;
        for (uint depth = 0; depth < push.in_channels; depth += kDepth) {
            for (uint i = 0; i < 4; ++i) {
                const uint k = local / kTile * 4 + i;
                a[k][local % kTile] = inside ? float(values[uint(source) * push.in_channels + depth + k]) : 0.0;
                const uint channel = first_channel + local % kTile;
                b[k][local % kTile] = channel < push.out_channels
                                          ? float(weights[(tap * push.in_channels + depth + k) * push.out_channels + channel])
                                          : 0.0;
            }
            barrier();
            for (uint k = 0; k < kDepth; ++k)
                for (int i = 0; i < 4; ++i)
                    for (int j = 0; j < 4; ++j)
                        sums[i][j] += a[k][gl_LocalInvocationID.y * 4 + i] * b[k][gl_LocalInvocationID.x * 4 + j];
            barrier();
        }
    }
    for (uint i = 0; i < 4; ++i)
        for (uint j = 0; j < 4; ++j) {
            const uint out_row = first_row + gl_LocalInvocationID.y * 4 + i;
            const uint channel = first_channel + gl_LocalInvocationID.x * 4 + j;
            if (out_row < rows && channel < push.out_channels) finish(out_row, channel, sums[i][j]);
        }
}
