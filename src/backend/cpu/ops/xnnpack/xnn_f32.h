// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "backend/cpu/ops/linear.h"
#include "backend/cpu/ops/row_major.h"
#include "backend/cpu/ops/xnnpack/xnn_operator.h"

namespace katago::cpu {

namespace {

// xnn_gemm_f32 and xnn_conv_f32: gemms and 3x3 convolutions of floats by XNNPACK, which has kernels of its own for each
// processor; what is compiled here brings rows to it and takes results from it.

InputRoom xnn_f32_room(const LinearCall& call) {
    return {static_cast<size_t>(call.rows) * row_floats(call.depth) * sizeof(float) + kXnnExtraBytes, 0};
}
size_t xnn_f32_scratch(const LinearCall& call) {
    return static_cast<size_t>(call.rows) * call.vectors * kWidth;
}
void xnn_f32(const LinearCall& call) {
    if (!call.input_ready) input_to_rows(call, static_cast<float*>(call.input));
    run_xnn(call, call.input, nullptr, call.scratch);
    finish_rows_of_floats(call, call.scratch);
}

constexpr LinearKernel xnn_f32_kernel(std::string_view name, LinearLayer layer) {
    return {
        .name = name,
        .provider = KernelProvider::Xnnpack,
        .layer = layer,
        .arithmetic = Arithmetic::Fp32,
        .input = InputForm::RowsFp32,
        .accepts = accepts_all,
        .weight_bytes = {4, 1},
        .packed_size = xnn_size<XnnNumbers::Fp32>,
        .pack = pack_xnn<XnnNumbers::Fp32>,
        .input_room = xnn_f32_room,
        .scratch_floats = xnn_f32_scratch,
        .run = xnn_f32,
        .available = has_xnn_library,
        .make_state = make_xnn_operator<XnnNumbers::Fp32>,
        .shares_weights = kXnnSharesWeights,
    };
}
constexpr LinearKernel kXnnGemmF32 = xnn_f32_kernel("xnn_gemm_f32", LinearLayer::Gemm);
constexpr LinearKernel kXnnConvF32 = xnn_f32_kernel("xnn_conv_f32", LinearLayer::Conv3x3);

}  // namespace

}  // namespace katago::cpu
