#version 450
// SPDX-License-Identifier: MIT
// Attention of one head for a tile of points, as attention.comp, on cooperative matrices of FP16 with sums in FP32. A
// subgroup has kM queries, which it keeps in registers with the sums of their results; scores go through shared memory,
// because only the device knows which lane has which element of a matrix. The same for the factors of a larger maximum:
// a matrix with one factor a row has them where the sums are.
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#extension GL_KHR_cooperative_matrix : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_KHR_shader_subgroup_basic : require
#pragma use_vulkan_memory_model
#include "push.glsl"

layout(local_size_x_id = 0, local_size_y_id = 1) in;
layout(constant_id = 0) const uint kSubgroupSize = 32;  // a multiple of kM
layout(constant_id = 1) const uint kSubgroups = 4;
layout(constant_id = 2) const uint kM = 16;  // the shape of a product of the matrix unit
layout(constant_id = 3) const uint kN = 16;
layout(constant_id = 4) const uint kK = 16;
layout(constant_id = 5) const uint kKeys = 32;     // of a tile, a multiple of kN and kK
layout(constant_id = 6) const uint kQkQuads = 16;  // of a head's channels, rounded up to kK
layout(constant_id = 7) const uint kVQuads = 16;   // rounded up to kN
#include "attention.glsl"

const uint kThreads = kSubgroupSize * kSubgroups, kQueries = kM * kSubgroups;
const uint kRowLanes = kSubgroupSize / kM;  // that share the softmax of a query
// Rows in shared memory begin at multiples of 16 bytes, neighbours in different banks.
const uint kStride = (kQkQuads > kVQuads ? kQkQuads : kVQuads) + 2;
const uint kScoreStride = kKeys / 4 + 1, kWeightStride = kKeys / 4 + 2, kFactorStride = kN / 4 + 1;
const uint kDepths = 4 * kQkQuads / kK, kKeyBlocks = kKeys / kN, kBlocks = 4 * kVQuads / kN;

shared f16vec4 tile[(kQueries > kKeys ? kQueries : kKeys) * kStride];  // queries, then keys and values by turns
shared vec4 scores[kQueries * kScoreStride];
shared f16vec4 weights[kQueries * kWeightStride];
shared vec4 factors[kQueries * kFactorStride];

coopmat<float16_t, gl_ScopeSubgroup, kM, kK, gl_MatrixUseA> queries[kDepths];
coopmat<float, gl_ScopeSubgroup, kM, kN, gl_MatrixUseAccumulator> sums[kBlocks];
// Of the query whose softmax this invocation shares: its maximum, and the weights that the invocation made.
float most = -3.0e38, total = 0.0;

void load_queries(uint first) {
    for (uint at = gl_LocalInvocationIndex; at < kQueries * kQkQuads; at += kThreads) {
        const uint query = at / kQkQuads, quad = at % kQkQuads;
        const vec4 x = first + query < board_points() ? score_scale() * query_quad(first + query, quad) : vec4(0.0);
        tile[query * kStride + quad] = f16vec4(x);
    }
    barrier();
    [[unroll]] for (uint i = 0; i < kDepths; ++i)
        coopMatLoad(queries[i], tile, gl_SubgroupID * kM * kStride + i * kK / 4, kStride,
                    gl_CooperativeMatrixLayoutRowMajor);
    barrier();
}

void load_keys(uint first) {
    for (uint at = gl_LocalInvocationIndex; at < kKeys * kQkQuads; at += kThreads) {
        const uint key = at / kQkQuads, quad = at % kQkQuads;
        tile[key * kStride + quad] = f16vec4(first + key < board_points() ? key_quad(first + key, quad) : vec4(0.0));
    }
}

void load_values(uint first) {
    for (uint at = gl_LocalInvocationIndex; at < kKeys * kVQuads; at += kThreads) {
        const uint key = at / kVQuads, quad = at % kVQuads;
        tile[key * kStride + quad] = f16vec4(first + key < board_points() ? value_quad(first + key, quad) : vec4(0.0));
    }
}

void multiply_keys() {
    [[unroll]] for (uint j = 0; j < kKeyBlocks; ++j) {
        coopmat<float, gl_ScopeSubgroup, kM, kN, gl_MatrixUseAccumulator> block =
            coopmat<float, gl_ScopeSubgroup, kM, kN, gl_MatrixUseAccumulator>(0.0);
        [[unroll]] for (uint i = 0; i < kDepths; ++i) {
            coopmat<float16_t, gl_ScopeSubgroup, kK, kN, gl_MatrixUseB> keys;  // a column a key
            coopMatLoad(keys, tile, j * kN * kStride + i * kK / 4, kStride, gl_CooperativeMatrixLayoutColumnMajor);
            block = coopMatMulAdd(queries[i], keys, block);
        }
        coopMatStore(block, scores, gl_SubgroupID * kM * kScoreStride + j * kN / 4, kScoreStride,
                     gl_CooperativeMatrixLayoutRowMajor);
    }
}

// A factor for all of a query's results.
void write_factor(uint query, uint part, float factor) {
    for (uint quad = part; quad < kN / 4; quad += kRowLanes) factors[query * kFactorStride + quad] = vec4(factor);
}

void scale_sums() {
    coopmat<float, gl_ScopeSubgroup, kM, kN, gl_MatrixUseAccumulator> factor;
    coopMatLoad(factor, factors, gl_SubgroupID * kM * kFactorStride, kFactorStride, gl_CooperativeMatrixLayoutRowMajor);
    [[unroll]] for (uint j = 0; j < kBlocks; ++j)
        [[unroll]] for (uint i = 0; i < sums[j].length(); ++i) sums[j][i] *= factor[i];
}

// Turns scores into weights under the maximum so far.
void weigh(uint first, uint query, uint part) {
    const uint keys = min(kKeys, board_points() - first);
    float larger = most;
    for (uint quad = 0; quad < kKeys / 4; ++quad) {
        const vec4 x = mix(vec4(-3.0e38), scores[query * kScoreStride + quad],
                           lessThan(uvec4(4 * quad) + uvec4(0, 1, 2, 3), uvec4(keys)));
        larger = max(larger, max(max(x.x, x.y), max(x.z, x.w)));
    }
    const float kept = exp2(most - larger);
    most = larger;
    total *= kept;
    write_factor(query, part, kept);
    for (uint quad = part; quad < kKeys / 4; quad += kRowLanes) {
        const f16vec4 weight = f16vec4(mix(vec4(0.0), exp2(scores[query * kScoreStride + quad] - most),
                                           lessThan(uvec4(4 * quad) + uvec4(0, 1, 2, 3), uvec4(keys))));
        total += dot(vec4(weight), vec4(1.0));
        weights[query * kWeightStride + quad] = weight;
    }
}

void multiply_values() {
    [[unroll]] for (uint i = 0; i < kKeys / kK; ++i) {
        coopmat<float16_t, gl_ScopeSubgroup, kM, kK, gl_MatrixUseA> weight;
        coopMatLoad(weight, weights, gl_SubgroupID * kM * kWeightStride + i * kK / 4, kWeightStride,
                    gl_CooperativeMatrixLayoutRowMajor);
        [[unroll]] for (uint j = 0; j < kBlocks; ++j) {
            coopmat<float16_t, gl_ScopeSubgroup, kK, kN, gl_MatrixUseB> values;
            coopMatLoad(values, tile, i * kK * kStride + j * kN / 4, kStride, gl_CooperativeMatrixLayoutRowMajor);
            sums[j] = coopMatMulAdd(weight, values, sums[j]);
        }
    }
}

void write_results(uint first) {
    [[unroll]] for (uint j = 0; j < kBlocks; ++j) {
        coopMatStore(sums[j], scores, gl_SubgroupID * kM * kScoreStride, kScoreStride,
                     gl_CooperativeMatrixLayoutRowMajor);
        barrier();
        for (uint at = gl_LocalInvocationIndex; at < kQueries * (kN / 4); at += kThreads) {
            const uint query = at / (kN / 4), quad = at % (kN / 4);
            write_head_quad(first + query, j * kN / 4 + quad, scores[query * kScoreStride + quad]);
        }
        barrier();
    }
    write_padding(first, kQueries);
}

void main() {
    const uint query = gl_LocalInvocationIndex / kRowLanes, part = gl_LocalInvocationIndex % kRowLanes;
    const uint first_query = gl_WorkGroupID.x * kQueries;
    load_queries(first_query);
    [[unroll]] for (uint j = 0; j < kBlocks; ++j)
        sums[j] = coopmat<float, gl_ScopeSubgroup, kM, kN, gl_MatrixUseAccumulator>(0.0);
    for (uint first = 0; first < board_points(); first += kKeys) {
        load_keys(first);
        barrier();
        multiply_keys();
        barrier();
        weigh(first, query, part);
        load_values(first);
        barrier();
        scale_sums();
        multiply_values();
        barrier();
    }
    // The totals of the lanes that share a query.
    scores[gl_LocalInvocationIndex].x = total;
    barrier();
    total = 0.0;
    for (uint i = 0; i < kRowLanes; ++i) total += scores[query * kRowLanes + i].x;
    write_factor(query, part, 1.0 / total);
    barrier();
    scale_sums();
    write_results(first_query);
}
