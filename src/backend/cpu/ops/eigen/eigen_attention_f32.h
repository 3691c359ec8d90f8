// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "backend/cpu/ops/attention/attention.h"
#include "backend/cpu/ops/attention/attention_row_major.h"
#include "backend/cpu/ops/eigen/eigen_product.h"

namespace katago::cpu {

namespace {

// eigen_attention_f32: softmax attention of every point with every point, in floats, by Eigen's products of matrices.
// A few rows of queries at a time, so that their scores stay in a cache; Eigen packs the keys and values anew for each
// of these parts.

constexpr int kEigenQueryRows = 64;

RowMajorHeads eigen_heads(const AttentionCall& call) {
    return RowMajorHeads(call, kEigenQueryRows);
}

void eigen_attention_f32(const AttentionCall& call) {
    const RowMajorHeads m = eigen_heads(call);
    const auto qk_channels = static_cast<size_t>(m.qk_channels), points = static_cast<size_t>(m.padded_points);
    attend_row_major(
        call, m,
        [&](const float* queries, const float* keys, float* scores, int count) KERNEL_LAMBDA {
            KATAGO_EIGEN_NAMESPACE::multiply({.a = queries,
                                              .a_stride = qk_channels,
                                              .b = keys,
                                              .b_transposed = true,
                                              .out = scores,
                                              .rows = count,
                                              .depth = m.qk_channels,
                                              .columns = m.padded_points});
        },
        [&](const float* scores, const float* values, float* results, int count) KERNEL_LAMBDA {
            KATAGO_EIGEN_NAMESPACE::multiply({.a = scores,
                                              .a_stride = points,
                                              .b = values,
                                              .out = results,
                                              .rows = count,
                                              .depth = m.padded_points,
                                              .columns = m.v_channels});
        });
}

size_t eigen_attention_scratch(const AttentionCall& call) {
    return eigen_heads(call).total;
}

constexpr AttentionKernel kEigenAttentionF32 = {
    .name = "eigen_attention_f32",
    .provider = KernelProvider::Eigen,
    .arithmetic = Arithmetic::Fp32,
    .scratch_floats = eigen_attention_scratch,
    .run = eigen_attention_f32,
};

}  // namespace

}  // namespace katago::cpu
