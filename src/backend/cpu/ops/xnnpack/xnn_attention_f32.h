// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "backend/cpu/ops/attention/attention.h"
#include "backend/cpu/ops/attention/attention_row_major.h"
#include "backend/cpu/ops/xnnpack/xnn_attention.h"
#include "backend/cpu/ops/xnnpack/xnn_operator.h"

#if defined(KATAGO_XNNPACK_RESHAPES)

namespace katago::cpu {

namespace {

// xnn_attention_f32: softmax attention of every point with every point, in floats, by XNNPACK's products of matrices,
// which its interface of 2024 has.

RowMajorHeads xnn_heads(const AttentionCall& call) {
    return RowMajorHeads(call, call.heads * call.height * call.width);
}

void xnn_attention_f32(const AttentionCall& call) {
    attend_row_major(
        call, xnn_heads(call),
        [&](const float* queries, const float* keys, float* scores, int)
            KERNEL_LAMBDA { run_xnn_scores(*call.state, queries, keys, scores); },
        [&](const float* scores, const float* values, float* results, int)
            KERNEL_LAMBDA { run_xnn_results(*call.state, scores, values, results); });
}

size_t xnn_attention_scratch(const AttentionCall& call) {
    return xnn_heads(call).total + kXnnExtraBytes / sizeof(float);
}

constexpr AttentionKernel kXnnAttentionF32 = {
    .name = "xnn_attention_f32",
    .provider = KernelProvider::Xnnpack,
    .arithmetic = Arithmetic::Fp32,
    .scratch_floats = xnn_attention_scratch,
    .run = xnn_attention_f32,
    .available = has_xnn_library,
    .make_state = make_xnn_attention,
};

}  // namespace

}  // namespace katago::cpu

#endif
