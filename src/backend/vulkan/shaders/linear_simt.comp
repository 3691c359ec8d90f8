#version 450
// SPDX-License-Identifier: MIT
// A convolution, or a matrix at every point, as an implicit matrix product: rows [boards * points, taps * in_channels]
// times weights [taps * in_channels, out_channels]. Each invocation sums a tile of kThreadRows rows and 4 * kThreadQuads
// channels in registers; tiles of a work group's operands are in shared memory, and the next ones are on their way
// while it multiplies. Work groups: x: channels, y: rows, z: a product of its own, with its own rows and weights.
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#include "push.glsl"
#if FP16_ARITHMETIC
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#endif
#if FP16
#define STORED f16vec4
#else
#define STORED vec4
#endif
// Products are summed in FP16 over no more than a step of kDepth, from there on in FP32.
#if FP16_ARITHMETIC
#define OPERAND f16vec4
#else
#define OPERAND vec4
#endif

layout(local_size_x_id = 0, local_size_y_id = 1) in;
layout(constant_id = 0) const uint kLanes = 16;  // side by side along channels
layout(constant_id = 1) const uint kLanesDown = 8;  // and along rows
layout(constant_id = 2) const uint kThreadRows = 8;
layout(constant_id = 3) const uint kThreadQuads = 1;
layout(constant_id = 4) const uint kDepth = 16;
layout(constant_id = 5) const uint kBuffers = 1;  // 2: the next step's tiles are written while others still multiply

layout(binding = 0) readonly buffer In { STORED values[]; };       // [z, rows, in_channels]
layout(binding = 1) readonly buffer Weights { STORED weights[]; };  // [z, taps, in_channels, out_channels]
#include "epilogue.glsl"
#include "taps.glsl"

const uint kThreads = kLanes * kLanesDown;
const uint kTileRows = kLanesDown * kThreadRows, kTileQuads = kLanes * kThreadQuads;
const uint kDepthQuads = kDepth / 4;
const uint kRowStride = kDepthQuads + 1;  // lanes of neighbouring rows read from different banks
const uint kLoadsA = kTileRows * kDepthQuads / kThreads, kLoadsB = kDepth * kTileQuads / kThreads;

shared OPERAND a[kBuffers * kTileRows * kRowStride];
shared OPERAND b[kBuffers * kDepth * kTileQuads];

// The tiles that are on their way, and where the rows of this invocation's part are.
OPERAND next_a[kLoadsA], next_b[kLoadsB];
ivec2 places[kLoadsA];
vec4 sums[kThreadRows * kThreadQuads];

void fetch(uint tap, uint depth, uint first_row, uint first_quad) {
    const uint local = gl_LocalInvocationIndex, in_quads = push.in_channels / 4, quads = push.out_channels / 4;
    const ivec2 offset = tap_offset(tap);
    const uint matrix_row = gl_WorkGroupID.z * taps() * push.in_channels + tap * push.in_channels + depth;
    [[unroll]] for (uint i = 0; i < kLoadsA; ++i) {
        const uint at = local + i * kThreads, channel = depth + at % kDepthQuads * 4;
        const uint row = uint(int(first_row + at / kDepthQuads) + offset.y * int(push.width) + offset.x);
        next_a[i] = OPERAND(0.0);
        if (is_on_board(places[i] + offset) && channel < push.in_channels)
            next_a[i] = OPERAND(values[row * in_quads + channel / 4]);
    }
    [[unroll]] for (uint i = 0; i < kLoadsB; ++i) {
        const uint at = local + i * kThreads, k = at / kTileQuads, quad = first_quad + at % kTileQuads;
        next_b[i] = OPERAND(0.0);
        if (quad < quads && depth + k < push.in_channels) next_b[i] = OPERAND(weights[(matrix_row + k) * quads + quad]);
    }
}

void put(uint which) {
    const uint local = gl_LocalInvocationIndex;
    [[unroll]] for (uint i = 0; i < kLoadsA; ++i) {
        const uint at = local + i * kThreads;
        a[(which * kTileRows + at / kDepthQuads) * kRowStride + at % kDepthQuads] = next_a[i];
    }
    [[unroll]] for (uint i = 0; i < kLoadsB; ++i) b[which * kDepth * kTileQuads + local + i * kThreads] = next_b[i];
}

void multiply(uint which) {
    const uint lane = gl_LocalInvocationID.x, down = gl_LocalInvocationID.y;
#if FP16_ARITHMETIC
    OPERAND partial[kThreadRows * kThreadQuads];
    [[unroll]] for (uint i = 0; i < kThreadRows * kThreadQuads; ++i) partial[i] = OPERAND(0.0);
#else
#define partial sums
#endif
    for (uint quad = 0; quad < kDepthQuads; ++quad) {
        OPERAND x[kThreadRows];
        [[unroll]] for (uint i = 0; i < kThreadRows; ++i)
            x[i] = a[(which * kTileRows + down + i * kLanesDown) * kRowStride + quad];
        [[unroll]] for (uint k = 0; k < 4; ++k) {
            [[unroll]] for (uint j = 0; j < kThreadQuads; ++j) {
                const OPERAND w = b[(which * kDepth + quad * 4 + k) * kTileQuads + lane + j * kLanes];
                [[unroll]] for (uint i = 0; i < kThreadRows; ++i)
                    partial[i * kThreadQuads + j] = fma(OPERAND(x[i][k]), w, partial[i * kThreadQuads + j]);
            }
        }
    }
#if FP16_ARITHMETIC
    [[unroll]] for (uint i = 0; i < kThreadRows * kThreadQuads; ++i) sums[i] += vec4(partial[i]);
#endif
}

void main() {
    const uint rows = push.boards * board_points(), matrix = gl_WorkGroupID.z;
    const uint first_row = gl_WorkGroupID.y * kTileRows, first_quad = gl_WorkGroupID.x * kTileQuads;
    [[unroll]] for (uint i = 0; i < kLoadsA; ++i)
        places[i] = row_place(first_row + (gl_LocalInvocationIndex + i * kThreads) / kDepthQuads, rows);
    [[unroll]] for (uint i = 0; i < kThreadRows * kThreadQuads; ++i) sums[i] = vec4(0.0);

    const uint all_taps = taps();
    uint tap = 0, depth = 0, which = 0;
    fetch(0, 0, matrix * rows + first_row, first_quad);
    while (tap < all_taps) {
        put(which);
        barrier();
        depth += kDepth;
        if (depth >= push.in_channels) depth = 0, ++tap;
        if (tap < all_taps) fetch(tap, depth, matrix * rows + first_row, first_quad);
        multiply(which);
        if (kBuffers == 1)
            barrier();
        else
            which ^= 1;
    }
    [[unroll]] for (uint i = 0; i < kThreadRows; ++i) {
        const uint row = first_row + gl_LocalInvocationID.y + i * kLanesDown;
        [[unroll]] for (uint j = 0; j < kThreadQuads; ++j) {
            const uint quad = first_quad + gl_LocalInvocationID.x + j * kLanes;
            if (row < rows && quad < push.out_channels / 4)
                finish(matrix * rows + row, quad, sums[i * kThreadQuads + j]);
        }
    }
}
