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

layout(local_size_x = 16, local_size_y = 4) in;  // x: channels, y: tiles
layout(binding = 0) readonly buffer In { STORED values[]; };
layout(binding = 1) writeonly buffer Result { STORED result[]; };
#include "taps.glsl"
#include "winograd.glsl"

vec4 d[kEdge];
vec4 rows[kEdge * kEdge];  // transformed along x

// d along one axis as coefficient i at the polynomials prod_{j != i}(x - p_j), p the points.
vec4 transformed(uint i) {
    switch (i) {
        case 0:
            return d[4] - d[2] * (kA2 + kB2) + d[0] * (kA2 * kB2);
        case 1:
            return d[4] - d[2] * kB2 + (d[3] - d[1] * kB2) * kA;
        case 2:
            return d[4] - d[2] * kB2 - (d[3] - d[1] * kB2) * kA;
        case 3:
            return d[4] - d[2] * kA2 + (d[3] - d[1] * kA2) * kB;
        case 4:
            return d[4] - d[2] * kA2 - (d[3] - d[1] * kA2) * kB;
        default:
            return d[5] - d[3] * (kA2 + kB2) + d[1] * (kA2 * kB2);
    }
}

void main() {
    const uint quads = push.in_channels / 4, tiles = all_tiles();
    const uint quad = gl_GlobalInvocationID.x, tile = gl_GlobalInvocationID.y;
    if (tile >= tiles || quad >= quads) return;
    const uint board = tile_board(tile);
    const ivec2 corner = tile_place(tile) - 1;
    [[unroll]] for (uint y = 0; y < kEdge; ++y) {
        [[unroll]] for (uint x = 0; x < kEdge; ++x) {
            const ivec2 place = corner + ivec2(x, y);
            d[x] = vec4(0.0);
            if (is_on_board(place))
                d[x] = vec4(values[((board * push.height + place.y) * push.width + place.x) * quads + quad]);
        }
        [[unroll]] for (uint x = 0; x < kEdge; ++x) rows[y * kEdge + x] = transformed(x);
    }
    [[unroll]] for (uint x = 0; x < kEdge; ++x) {
        [[unroll]] for (uint y = 0; y < kEdge; ++y) d[y] = rows[y * kEdge + x];
        [[unroll]] for (uint y = 0; y < kEdge; ++y)
            result[((y * kEdge + x) * tiles + tile) * quads + quad] = STORED(transformed(y));
    }
}
