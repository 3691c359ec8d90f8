// SPDX-License-Identifier: MIT
#pragma once

// The kernels, for the instruction set that the including file is compiled for: a row here puts a kernel into use.
#include "backend/cpu/isa/kernel_set.h"
#include "backend/cpu/ops/attention/attention_f16.h"
#include "backend/cpu/ops/attention/attention_f32.h"
#include "backend/cpu/ops/attention/attention_s16.h"
#include "backend/cpu/ops/attention/attention_s16f32.h"
#include "backend/cpu/ops/conv_first_f32.h"
#include "backend/cpu/ops/eigen/eigen_attention_f32.h"
#include "backend/cpu/ops/eigen/eigen_f32.h"
#include "backend/cpu/ops/gemm_f16.h"
#include "backend/cpu/ops/gemm_f32.h"
#include "backend/cpu/ops/gemm_int8.h"
#include "backend/cpu/ops/gemm_s16.h"
#include "backend/cpu/ops/gemm_s16f32.h"
#include "backend/cpu/ops/glu_int8.h"
#include "backend/cpu/ops/pointwise_f32.h"
#include "backend/cpu/ops/winograd_f16.h"
#include "backend/cpu/ops/winograd_f32.h"
#include "backend/cpu/ops/winograd_s16.h"
#include "backend/cpu/ops/winograd_s16_plain.h"
#if defined(KATAGO_XNNPACK)
#include "backend/cpu/ops/xnnpack/xnn_attention_f32.h"
#include "backend/cpu/ops/xnnpack/xnn_f16.h"
#include "backend/cpu/ops/xnnpack/xnn_f32.h"
#include "backend/cpu/ops/xnnpack/xnn_qd8_qc8w.h"
#endif

namespace katago::cpu {

namespace {

// A row a kernel.
// clang-format off
constexpr LinearKernel kLinearKernels[] = {
    kGemmF32,
    kWinogradF32,
#if defined(__SSE4_1__)
    kGemmS16,
    kWinogradS16Plain,
    kWinogradS16,
#endif
#if defined(__ARM_FEATURE_FP16_VECTOR_ARITHMETIC)
    kGemmF16,
#elif defined(__aarch64__)
    kGemmS16F32,
#endif
#if defined(__aarch64__)
    kWinogradF16,
#endif
#if defined(__AVX2__) || defined(__aarch64__)
    kGemmInt8,
    kConvInt8,
#endif
    kEigenGemmF32,
    kEigenConvF32,
#if defined(KATAGO_XNNPACK)
    kXnnGemmF32,
    kXnnConvF32,
#if defined(__aarch64__) || defined(__AVX512F__)
    kXnnGemmF16,
    kXnnConvF16,
#endif
#if defined(KATAGO_XNNPACK_RESHAPES)
    kXnnGemmQd8,
    kXnnConvQd8,
#endif
#endif
};

constexpr AttentionKernel kAttentionKernels[] = {
    kAttentionF32,
#if defined(__SSE4_1__)
    kAttentionS16,
#elif defined(__ARM_FEATURE_FP16_VECTOR_ARITHMETIC)
    kAttentionF16,
#elif defined(__aarch64__)
    kAttentionS16F32,
#endif
    kEigenAttentionF32,
#if defined(KATAGO_XNNPACK_RESHAPES)
    kXnnAttentionF32,
#endif
};
// clang-format on

#if defined(__AVX2__) || defined(__aarch64__)
constexpr GluKernel kGluKernels[] = {kGluInt8};
#else
constexpr std::span<const GluKernel> kGluKernels;
#endif

constexpr KernelSet kKernelSet = {
    .width = kWidth,
    .linear = kLinearKernels,
    .glu = kGluKernels,
    .attention = kAttentionKernels,
    .conv_first = kConvFirstF32,
    .pointwise = kPointwise,
};

}  // namespace

}  // namespace katago::cpu
