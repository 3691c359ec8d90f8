// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include "backend/cpu/ops/attention.h"
#include "backend/cpu/ops/conv_first.h"
#include "backend/cpu/ops/int8.h"
#include "backend/cpu/ops/linear.h"
#include "backend/cpu/ops/pointwise.h"

namespace katago::cpu {

// All kernels of one instruction set. Where there is no kernel of a kind, its list is shorter. Immutable.
struct KernelSet {
    int width = 0;                               // floats of a vector
    std::span<const LinearKernel> linear;        // of each kind of layer FP32 first, the usually fastest last but INT8
    std::span<const GluKernel> glu;              // one, or none
    std::span<const AttentionKernel> attention;  // FP32 first
    ConvFirstKernel conv_first;
    PointwiseKernels pointwise;
};

// The kernel that multiplies such numbers; null: the set has none.
const LinearKernel* find_linear(const KernelSet& kernels, LinearLayer layer, Arithmetic arithmetic);
const AttentionKernel* find_attention(const KernelSet& kernels, Arithmetic arithmetic);

}  // namespace katago::cpu
