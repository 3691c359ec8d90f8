// SPDX-License-Identifier: MIT
#pragma once

// Eigen's templates have the same names in every file that uses them, so that the linker would keep one copy for all
// instruction sets. Here the namespace has the name of the set: KATAGO_EIGEN_NAMESPACE is "Eigen_avx2" and the like.
#define Eigen KATAGO_EIGEN_NAMESPACE
#if defined(__aarch64__)
// For Arm Eigen loads a constant into a variable when the program starts, by code for the instruction set, before any
// check of the processor. Written as two numbers it is a constant for the compiler too.
#include <arm_neon.h>
#define vld1q_u64(from) (uint64x2_t{(from)[0], (from)[1]})
#endif
#include <Eigen/Core>
#undef vld1q_u64
#undef Eigen

#include <cstddef>

#include "backend/cpu/ops/linear.h"
#include "backend/cpu/ops/pack/pack.h"
#include "backend/cpu/ops/row_major.h"

namespace katago::cpu {

namespace {

// eigen_gemm_f32 and eigen_conv_f32: gemms of floats, and 3x3 convolutions as gemms of nine taps beside each other, by
// Eigen's product of matrices, compiled for the instruction set at hand.

namespace eigen = KATAGO_EIGEN_NAMESPACE;
using RowMajorMatrix = eigen::Matrix<float, eigen::Dynamic, eigen::Dynamic, eigen::RowMajor>;

// scratch[rows][outputs] = input[rows][depth] * weights[depth][outputs]
void multiply_by_eigen(const LinearCall& call, int depth, size_t stride) {
    const int outputs = call.vectors * kWidth;
    const eigen::Map<const RowMajorMatrix, 0, eigen::OuterStride<>> in(
        static_cast<const float*>(call.input), call.rows, depth, eigen::OuterStride<>(static_cast<ptrdiff_t>(stride)));
    const eigen::Map<const RowMajorMatrix> weights(static_cast<const float*>(call.weights.values), depth, outputs);
    eigen::Map<RowMajorMatrix>(call.scratch, call.rows, outputs).noalias() = in * weights;
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
