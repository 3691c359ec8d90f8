#version 450
// SPDX-License-Identifier: MIT
// Attention of one head for a tile of points: keys and values come tile by tile through shared memory, with a running
// maximum and sum of each query, so that no row of scores is written. An invocation has four queries, a few keys of a
// tile, and a few quads of channels of the result.
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#include "push.glsl"

layout(local_size_x_id = 0, local_size_y_id = 1) in;
layout(constant_id = 0) const uint kLanes = 8;       // that share four queries
layout(constant_id = 1) const uint kQueryQuads = 16;  // of the tile
layout(constant_id = 2) const uint kKeys = 32;        // of a tile, a multiple of kLanes
layout(constant_id = 3) const uint kQkQuads = 16;     // of a head's channels, rounded up
layout(constant_id = 4) const uint kVQuads = 16;
#include "attention.glsl"

const uint kThreads = kLanes * kQueryQuads, kQueries = 4 * kQueryQuads;
const uint kStride = (kQkQuads > kVQuads ? kQkQuads : kVQuads) + 1;  // neighbouring keys in different banks
const uint kLaneKeys = kKeys / kLanes, kLaneQuads = (kVQuads + kLanes - 1) / kLanes;

shared vec4 queries[kQueries * kQkQuads];
shared vec4 tile[kKeys * kStride];  // keys, then values
shared vec4 weights[kKeys * kQueryQuads];  // of four queries each
shared vec4 lane_maxima[kThreads];

// Of the invocation's four queries, a component each.
vec4 most = vec4(-3.0e38), total = vec4(0.0);
vec4 scores[kLaneKeys];
vec4 sums[4][kLaneQuads];  // of each query

void load_queries(uint first) {
    for (uint at = gl_LocalInvocationIndex; at < kQueries * kQkQuads; at += kThreads) {
        const uint point = first + at / kQkQuads;
        queries[at] = point < board_points() ? score_scale() * query_quad(point, at % kQkQuads) : vec4(0.0);
    }
}

void load_keys(uint first) {
    for (uint at = gl_LocalInvocationIndex; at < kKeys * kQkQuads; at += kThreads) {
        const uint key = at / kQkQuads, quad = at % kQkQuads;
        tile[key * kStride + quad] = first + key < board_points() ? key_quad(first + key, quad) : vec4(0.0);
    }
}

void load_values(uint first) {
    for (uint at = gl_LocalInvocationIndex; at < kKeys * kVQuads; at += kThreads) {
        const uint key = at / kVQuads, quad = at % kVQuads;
        tile[key * kStride + quad] = first + key < board_points() ? value_quad(first + key, quad) : vec4(0.0);
    }
}

void multiply_keys(uint first, uint lane, uint quad) {
    [[unroll]] for (uint j = 0; j < kLaneKeys; ++j) scores[j] = vec4(0.0);
    for (uint c = 0; c < kQkQuads; ++c) {
        vec4 x[4];
        [[unroll]] for (uint i = 0; i < 4; ++i) x[i] = queries[(4 * quad + i) * kQkQuads + c];
        [[unroll]] for (uint j = 0; j < kLaneKeys; ++j) {
            const vec4 y = tile[(lane + j * kLanes) * kStride + c];
            scores[j] += vec4(dot(x[0], y), dot(x[1], y), dot(x[2], y), dot(x[3], y));
        }
    }
    [[unroll]] for (uint j = 0; j < kLaneKeys; ++j)
        if (first + lane + j * kLanes >= board_points()) scores[j] = vec4(-3.0e38);
}

// Turns scores into weights under the maximum so far of all lanes of the queries.
void weigh(uint lane, uint quad) {
    vec4 larger = most;
    for (uint i = 0; i < kLanes; ++i) larger = max(larger, lane_maxima[quad * kLanes + i]);
    const vec4 kept = exp2(most - larger);
    most = larger;
    total *= kept;
    [[unroll]] for (uint i = 0; i < 4; ++i)
        [[unroll]] for (uint j = 0; j < kLaneQuads; ++j) sums[i][j] *= kept[i];
    [[unroll]] for (uint j = 0; j < kLaneKeys; ++j) {
        const vec4 weight = exp2(scores[j] - most);
        total += weight;
        weights[(lane + j * kLanes) * kQueryQuads + quad] = weight;
    }
}

void multiply_values(uint lane, uint quad) {
    for (uint key = 0; key < kKeys; ++key) {
        const vec4 weight = weights[key * kQueryQuads + quad];
        [[unroll]] for (uint j = 0; j < kLaneQuads; ++j) {
            if (lane + j * kLanes >= kVQuads) break;
            const vec4 y = tile[key * kStride + lane + j * kLanes];
            [[unroll]] for (uint i = 0; i < 4; ++i) sums[i][j] += weight[i] * y;
        }
    }
}

void main() {
    const uint lane = gl_LocalInvocationID.x, quad = gl_LocalInvocationID.y, local = gl_LocalInvocationIndex;
    const uint first_query = gl_WorkGroupID.x * kQueries;
    load_queries(first_query);
    [[unroll]] for (uint i = 0; i < 4; ++i)
        [[unroll]] for (uint j = 0; j < kLaneQuads; ++j) sums[i][j] = vec4(0.0);
    for (uint first = 0; first < board_points(); first += kKeys) {
        load_keys(first);
        barrier();
        multiply_keys(first, lane, quad);
        vec4 largest = scores[0];
        [[unroll]] for (uint j = 1; j < kLaneKeys; ++j) largest = max(largest, scores[j]);
        lane_maxima[local] = largest;
        barrier();
        weigh(lane, quad);
        load_values(first);
        barrier();
        multiply_values(lane, quad);
        barrier();
    }
    lane_maxima[local] = total;
    barrier();
    total = vec4(0.0);
    for (uint i = 0; i < kLanes; ++i) total += lane_maxima[quad * kLanes + i];
    [[unroll]] for (uint i = 0; i < 4; ++i)
        [[unroll]] for (uint j = 0; j < kLaneQuads; ++j)
            write_head_quad(first_query + 4 * quad + i, lane + j * kLanes, sums[i][j] / total[i]);
    write_padding(first_query, kQueries);
}
