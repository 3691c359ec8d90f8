#version 450
// SPDX-License-Identifier: MIT
// The transform of a Winograd convolution's products, [positions, tiles, out_channels] floats, to its results, and what
// follows them. One invocation four channels of a tile.
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#include "push.glsl"

layout(local_size_x = 64) in;
layout(binding = 0) readonly buffer Products { vec4 products[]; };
#include "epilogue4.glsl"
#include "taps.glsl"
#include "winograd.glsl"

// Six products along one axis as four results: sums of products times p^k, p the points.
void transform(vec4 m[kEdge], out vec4 to[kTile]) {
    const vec4 sum_a = m[1] + m[2], difference_a = m[1] - m[2], sum_b = m[3] + m[4], difference_b = m[3] - m[4];
    to[0] = m[0] + sum_a + sum_b;
    to[1] = difference_a * kA + difference_b * kB;
    to[2] = sum_a * kA2 + sum_b * kB2;
    to[3] = m[5] + difference_a * (kA2 * kA) + difference_b * (kB2 * kB);
}

void main() {
    const uint quads = push.out_channels / 4, tiles = all_tiles();
    const uint at = flat_index(), tile = at / quads, quad = at % quads;
    if (tile >= tiles) return;
    vec4 rows[kEdge][kTile];  // transformed along x
    [[unroll]] for (uint y = 0; y < kEdge; ++y) {
        vec4 row[kEdge];
        [[unroll]] for (uint x = 0; x < kEdge; ++x)
            row[x] = products[((y * kEdge + x) * tiles + tile) * quads + quad];
        transform(row, rows[y]);
    }
    const uint board = tile_board(tile);
    const ivec2 corner = tile_place(tile);
    [[unroll]] for (int x = 0; x < kTile; ++x) {
        vec4 column[kEdge], results[kTile];
        [[unroll]] for (uint y = 0; y < kEdge; ++y) column[y] = rows[y][x];
        transform(column, results);
        [[unroll]] for (int y = 0; y < kTile; ++y) {
            const ivec2 place = corner + ivec2(x, y);
            if (is_on_board(place)) finish((board * push.height + place.y) * push.width + place.x, quad, results[y]);
        }
    }
}
