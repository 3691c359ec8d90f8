// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "backend/cpu/ops/eigen/eigen_product.h"
#include "backend/cpu/ops/linear.h"
#include "backend/cpu/ops/pack/pack.h"
#include "backend/cpu/ops/row_major.h"

namespace katago::cpu {

namespace {

// eigen_gemm_f32 and eigen_conv_f32: gemms of floats, and 3x3 convolutions as gemms of nine taps beside each other, by
// Eigen's product of matrices, compiled for the instruction set at hand.

// scratch[rows][outputs] = input[rows][depth] * weights[depth][outputs]
void multiply_by_eigen(const LinearCall& call, int depth, size_t stride) {
    KATAGO_EIGEN_NAMESPACE::multiply({.a = static_cast<const float*>(call.input),
                                      .a_stride = stride,
                                      .b = static_cast<const float*>(call.weights.values),
                                      .out = call.scratch,
                                      .rows = call.rows,
                                      .depth = depth,
                                      .columns = call.vectors * kWidth});
    finish_rows_of_floats(call, call.scratch);
}

void eigen_gemm_f32(const LinearCall& call) {
    if (!call.input_ready) input_to_rows(call, static_cast<float*>(call.input));
    multiply_by_eigen(call, call.depth, row_floats(call.depth));
}

// The rows themselves are in the scratch memory until the results are.
void eigen_conv_f32(const LinearCall& call) {
    if (!call.input_ready) {
        input_to_rows(call, call.scratch);
        copy_taps_3x3(call, call.scratch, row_floats(call.depth), static_cast<size_t>(call.depth), 0.0f,
                      static_cast<float*>(call.input));
    }
    multiply_by_eigen(call, 9 * call.depth, 9 * static_cast<size_t>(call.depth));
}

InputRoom eigen_gemm_room(const LinearCall& call) {
    return {static_cast<size_t>(call.rows) * row_floats(call.depth) * sizeof(float), 0};
}
InputRoom eigen_conv_room(const LinearCall& call) {
    return {static_cast<size_t>(call.rows) * 9 * call.depth * sizeof(float), 0};
}
size_t eigen_scratch(const LinearCall& call) {
    const size_t results = static_cast<size_t>(call.vectors) * kWidth, inputs = row_floats(call.depth);
    return static_cast<size_t>(call.rows) * (results > inputs ? results : inputs);
}

constexpr LinearKernel eigen_kernel(std::string_view name, LinearLayer layer) {
    const bool conv = layer == LinearLayer::Conv3x3;
    return {
        .name = name,
        .provider = KernelProvider::Eigen,
        .layer = layer,
        .arithmetic = Arithmetic::Fp32,
        .input = conv ? InputForm::TapsFp32 : InputForm::RowsFp32,
        .accepts = accepts_all,
        .weight_bytes = {4, 1},
        .packed_size = row_major_f32_size,
        .pack = pack_row_major_f32,
        .input_room = conv ? eigen_conv_room : eigen_gemm_room,
        .scratch_floats = eigen_scratch,
        .run = conv ? eigen_conv_f32 : eigen_gemm_f32,
    };
}
constexpr LinearKernel kEigenGemmF32 = eigen_kernel("eigen_gemm_f32", LinearLayer::Gemm);
constexpr LinearKernel kEigenConvF32 = eigen_kernel("eigen_conv_f32", LinearLayer::Conv3x3);

}  // namespace

}  // namespace katago::cpu
