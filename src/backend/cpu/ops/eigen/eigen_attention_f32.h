// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "backend/cpu/ops/attention/attention.h"
#include "backend/cpu/ops/attention/attention_row_major.h"
#include "backend/cpu/ops/eigen/eigen_f32.h"

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
    using ConstMatrix = eigen::Map<const RowMajorMatrix>;
    using Matrix = eigen::Map<RowMajorMatrix>;
    const RowMajorHeads m = eigen_heads(call);
    attend_row_major(
        call, m,
        [&](const float* queries, const float* keys, float* scores, int count) KERNEL_LAMBDA {
            Matrix(scores, count, m.padded_points).noalias() =
                ConstMatrix(queries, count, m.qk_channels) *
                ConstMatrix(keys, m.padded_points, m.qk_channels).transpose();
        },
        [&](const float* scores, const float* values, float* results, int count) KERNEL_LAMBDA {
            Matrix(results, count, m.v_channels).noalias() =
                ConstMatrix(scores, count, m.padded_points) * ConstMatrix(values, m.padded_points, m.v_channels);
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
