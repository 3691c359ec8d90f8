#version 450
// SPDX-License-Identifier: MIT
// The transform of a Winograd convolution's inputs: a value [rows, in_channels] as [positions, tiles, in_channels]. One
// invocation four channels of a tile.
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#include "push.glsl"
#if FP16
#define STORED f16vec4
#else
#define STORED vec4
#endif

layout(local_size_x = 64) in;
layout(binding = 0) readonly buffer In { STORED values[]; };
layout(binding = 1) writeonly buffer Result { STORED result[]; };
#include "taps.glsl"
#include "winograd.glsl"

// Six inputs along one axis as coefficients at the polynomials prod_{j != i}(x - p_j), p the points.
void transform(vec4 d[kEdge], out vec4 to[kEdge]) {
    const vec4 even_a = d[4] - d[2] * kB2, odd_a = d[3] - d[1] * kB2;
    const vec4 even_b = d[4] - d[2] * kA2, odd_b = d[3] - d[1] * kA2;
    to[0] = d[4] - d[2] * (kA2 + kB2) + d[0] * (kA2 * kB2);
    to[1] = even_a + odd_a * kA;
    to[2] = even_a - odd_a * kA;
    to[3] = even_b + odd_b * kB;
    to[4] = even_b - odd_b * kB;
    to[5] = d[5] - d[3] * (kA2 + kB2) + d[1] * (kA2 * kB2);
}

void main() {
    const uint quads = push.in_channels / 4, tiles = all_tiles();
    const uint at = flat_index(), tile = at / quads, quad = at % quads;
    if (tile >= tiles) return;
    const uint board = tile_board(tile);
    const ivec2 corner = tile_place(tile) - 1;
    vec4 rows[kEdge][kEdge];  // transformed along x
    [[unroll]] for (int y = 0; y < kEdge; ++y) {
        vec4 row[kEdge];
        [[unroll]] for (int x = 0; x < kEdge; ++x) {
            const ivec2 place = corner + ivec2(x, y);
            row[x] = vec4(0.0);
            if (is_on_board(place))
                row[x] = vec4(values[((board * push.height + place.y) * push.width + place.x) * quads + quad]);
        }
        transform(row, rows[y]);
    }
    [[unroll]] for (uint x = 0; x < kEdge; ++x) {
        vec4 column[kEdge], transformed[kEdge];
        [[unroll]] for (uint y = 0; y < kEdge; ++y) column[y] = rows[y][x];
        transform(column, transformed);
        [[unroll]] for (uint y = 0; y < kEdge; ++y)
            result[((y * kEdge + x) * tiles + tile) * quads + quad] = STORED(transformed[y]);
    }
}
