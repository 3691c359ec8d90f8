#version 450
// SPDX-License-Identifier: MIT
// The product of linear_simt.comp on units for matrices: FP16 operands, FP32 sums. A subgroup sums kRowTiles x
// kChannelTiles matrices of the unit; tiles of a work group's operands are in shared memory, and the next ones are on
// their way while it multiplies. Work groups: x: channels, y: rows.
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_KHR_cooperative_matrix : require
#pragma use_vulkan_memory_model
#include "push.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 0) const uint kThreads = 128;  // of kSubgroupsDown * kSubgroupsAcross whole subgroups
layout(constant_id = 1) const uint kSubgroupSize = 32;
layout(constant_id = 2) const uint kUnitRows = 16;  // the unit's matrices: [rows, depth] * [depth, channels]
layout(constant_id = 3) const uint kUnitChannels = 16;
layout(constant_id = 4) const uint kUnitDepth = 16;
layout(constant_id = 5) const uint kSubgroupsDown = 2;  // along rows
layout(constant_id = 6) const uint kSubgroupsAcross = 2;
layout(constant_id = 7) const uint kRowTiles = 4;
layout(constant_id = 8) const uint kChannelTiles = 2;
layout(constant_id = 9) const uint kDepth = 32;
layout(constant_id = 10) const uint kBuffers = 1;  // 2: the next step's tiles are written while others still multiply

// Eight channels are 16 bytes, the widest load that there is.
layout(binding = 0) readonly buffer In { uvec4 values[]; };        // [rows, in_channels]
layout(binding = 1) readonly buffer Weights { uvec4 weights[]; };  // [taps, in_channels, out_channels]
#include "epilogue.glsl"
#include "taps.glsl"

const uint kTileRows = kSubgroupsDown * kRowTiles * kUnitRows;
const uint kTileOctets = kSubgroupsAcross * kChannelTiles * kUnitChannels / 8;  // of eight channels
const uint kDepthOctets = kDepth / 8;
// An octet behind each row lets neighbouring rows begin in different banks.
const uint kStrideA = kDepthOctets + 1, kStrideB = kTileOctets + 1;
const uint kLoadsA = kTileRows * kDepthOctets / kThreads, kLoadsB = kDepth * kTileOctets / kThreads;
const uint kUnitQuads = kUnitChannels / 4;

shared uvec4 a[kBuffers * kTileRows * kStrideA];
shared uvec4 b[kBuffers * kDepth * kStrideB];
// A matrix of sums of each subgroup, on its way to memory.
shared vec4 staged[kThreads / kSubgroupSize * kUnitRows * kUnitQuads];

// The tiles that are on their way, and where the rows of this invocation's part are.
uvec4 next_a[kLoadsA], next_b[kLoadsB];
ivec2 places[kLoadsA];
coopmat<float, gl_ScopeSubgroup, kUnitRows, kUnitChannels, gl_MatrixUseAccumulator> sums[kRowTiles * kChannelTiles];

void fetch(uint tap, uint depth, uint first_row, uint first_octet) {
    const uint local = gl_LocalInvocationIndex, in_octets = push.in_channels / 8, octets = push.out_channels / 8;
    const ivec2 offset = tap_offset(tap);
    const uint matrix_row = tap * push.in_channels + depth;
    [[unroll]] for (uint i = 0; i < kLoadsA; ++i) {
        const uint at = local + i * kThreads, channel = depth + at % kDepthOctets * 8;
        const uint row = uint(int(first_row + at / kDepthOctets) + offset.y * int(push.width) + offset.x);
        next_a[i] = uvec4(0);
        if (is_on_board(places[i] + offset) && channel < push.in_channels)
            next_a[i] = values[row * in_octets + channel / 8];
    }
    [[unroll]] for (uint i = 0; i < kLoadsB; ++i) {
        const uint at = local + i * kThreads, k = at / kTileOctets, octet = first_octet + at % kTileOctets;
        next_b[i] = uvec4(0);
        if (octet < octets && depth + k < push.in_channels) next_b[i] = weights[(matrix_row + k) * octets + octet];
    }
}

void put(uint which) {
    [[unroll]] for (uint i = 0; i < kLoadsA; ++i) {
        const uint at = gl_LocalInvocationIndex + i * kThreads;
        a[(which * kTileRows + at / kDepthOctets) * kStrideA + at % kDepthOctets] = next_a[i];
    }
    [[unroll]] for (uint i = 0; i < kLoadsB; ++i) {
        const uint at = gl_LocalInvocationIndex + i * kThreads;
        b[(which * kDepth + at / kTileOctets) * kStrideB + at % kTileOctets] = next_b[i];
    }
}

// The first row and the first octet of channels of this subgroup's sums in the work group's tile.
uint subgroup_row() { return gl_SubgroupID / kSubgroupsAcross * kRowTiles * kUnitRows; }
uint subgroup_octet() { return gl_SubgroupID % kSubgroupsAcross * kChannelTiles * kUnitChannels / 8; }

void multiply(uint which) {
    const uint row = which * kTileRows + subgroup_row(), octet = subgroup_octet();
    [[unroll]] for (uint k = 0; k < kDepth; k += kUnitDepth) {
        coopmat<float16_t, gl_ScopeSubgroup, kUnitRows, kUnitDepth, gl_MatrixUseA> x[kRowTiles];
        [[unroll]] for (uint i = 0; i < kRowTiles; ++i)
            coopMatLoad(x[i], a, (row + i * kUnitRows) * kStrideA + k / 8, kStrideA, gl_CooperativeMatrixLayoutRowMajor);
        [[unroll]] for (uint j = 0; j < kChannelTiles; ++j) {
            coopmat<float16_t, gl_ScopeSubgroup, kUnitDepth, kUnitChannels, gl_MatrixUseB> w;
            coopMatLoad(w, b, (which * kDepth + k) * kStrideB + octet + j * kUnitChannels / 8, kStrideB,
                        gl_CooperativeMatrixLayoutRowMajor);
            [[unroll]] for (uint i = 0; i < kRowTiles; ++i)
                sums[i * kChannelTiles + j] = coopMatMulAdd(x[i], w, sums[i * kChannelTiles + j]);
        }
    }
}

// Writes the sums of a matrix whose first row and quad of channels these are.
void finish_matrix(uint first_row, uint first_quad, uint rows) {
    const uint base = gl_SubgroupID * kUnitRows * kUnitQuads;
    [[unroll]] for (uint i = 0; i < kUnitRows * kUnitQuads; i += kSubgroupSize) {
        const uint at = i + gl_SubgroupInvocationID, row = first_row + at / kUnitQuads;
        const uint quad = first_quad + at % kUnitQuads;
        if (at < kUnitRows * kUnitQuads && row < rows && quad < push.out_channels / 4)
            finish(row, quad, staged[base + at]);
    }
}

void main() {
    const uint rows = push.boards * board_points();
    const uint first_row = gl_WorkGroupID.y * kTileRows, first_octet = gl_WorkGroupID.x * kTileOctets;
    [[unroll]] for (uint i = 0; i < kLoadsA; ++i)
        places[i] = row_place(first_row + (gl_LocalInvocationIndex + i * kThreads) / kDepthOctets, rows);
    [[unroll]] for (uint i = 0; i < kRowTiles * kChannelTiles; ++i)
        sums[i] = coopmat<float, gl_ScopeSubgroup, kUnitRows, kUnitChannels, gl_MatrixUseAccumulator>(0.0);

    const uint all_taps = taps();
    uint tap = 0, depth = 0, which = 0;
    fetch(0, 0, first_row, first_octet);
    while (tap < all_taps) {
        put(which);
        barrier();
        depth += kDepth;
        if (depth >= push.in_channels) depth = 0, ++tap;
        if (tap < all_taps) fetch(tap, depth, first_row, first_octet);
        multiply(which);
        if (kBuffers == 1)
            barrier();
        else
            which ^= 1;
    }
    [[unroll]] for (uint i = 0; i < kRowTiles; ++i) {
        [[unroll]] for (uint j = 0; j < kChannelTiles; ++j) {
            coopMatStore(sums[i * kChannelTiles + j], staged, gl_SubgroupID * kUnitRows * kUnitQuads, kUnitQuads,
                         gl_CooperativeMatrixLayoutRowMajor);
            controlBarrier(gl_ScopeSubgroup, gl_ScopeSubgroup, gl_StorageSemanticsShared, gl_SemanticsAcquireRelease);
            finish_matrix(first_row + subgroup_row() + i * kUnitRows,
                          (first_octet + subgroup_octet()) * 2 + j * kUnitQuads, rows);
            controlBarrier(gl_ScopeSubgroup, gl_ScopeSubgroup, gl_StorageSemanticsShared, gl_SemanticsAcquireRelease);
        }
    }
}
