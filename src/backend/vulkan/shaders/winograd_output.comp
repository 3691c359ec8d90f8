#version 450
// SPDX-License-Identifier: MIT
// The transform of a Winograd convolution's products, [positions, tiles, out_channels] floats, to its results, and what
// follows them. One invocation four channels of a tile.
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#include "push.glsl"

layout(local_size_x = 16, local_size_y = 4) in;  // x: channels, y: tiles
layout(binding = 0) readonly buffer Products { vec4 products[]; };
#include "epilogue.glsl"
#include "taps.glsl"
#include "winograd.glsl"

vec4 m[kEdge];
vec4 rows[kEdge * kTile];  // transformed along x

// Result i of m along one axis: the sum of products times p^i, p the points.
vec4 transformed(uint i) {
    switch (i) {
        case 0:
            return m[0] + m[1] + m[2] + m[3] + m[4];
        case 1:
            return (m[1] - m[2]) * kA + (m[3] - m[4]) * kB;
        case 2:
            return (m[1] + m[2]) * kA2 + (m[3] + m[4]) * kB2;
        default:
            return m[5] + (m[1] - m[2]) * (kA2 * kA) + (m[3] - m[4]) * (kB2 * kB);
    }
}

void main() {
    const uint quads = push.out_channels / 4, tiles = all_tiles();
    const uint quad = gl_GlobalInvocationID.x, tile = gl_GlobalInvocationID.y;
    if (tile >= tiles || quad >= quads) return;
    [[unroll]] for (uint y = 0; y < kEdge; ++y) {
        [[unroll]] for (uint x = 0; x < kEdge; ++x) m[x] = products[((y * kEdge + x) * tiles + tile) * quads + quad];
        [[unroll]] for (uint x = 0; x < kTile; ++x) rows[y * kTile + x] = transformed(x);
    }
    const uint board = tile_board(tile);
    const ivec2 corner = tile_place(tile);
    [[unroll]] for (uint x = 0; x < kTile; ++x) {
        [[unroll]] for (uint y = 0; y < kEdge; ++y) m[y] = rows[y * kTile + x];
        [[unroll]] for (uint y = 0; y < kTile; ++y) {
            const ivec2 place = corner + ivec2(x, y);
            const uint row = (board * push.height + place.y) * push.width + place.x;
            if (is_on_board(place)) finish(row, quad, transformed(y));
        }
    }
}
