// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include "backend/cpu/ops/attention/attention.h"
#include "backend/cpu/ops/conv_first.h"
#include "backend/cpu/ops/int8.h"
#include "backend/cpu/ops/linear.h"
#include "backend/cpu/ops/pointwise.h"

namespace katago::cpu {

// All kernels of one instruction set. Where there is no kernel of a kind, its list is shorter. Immutable.
struct KernelSet {
    int width = 0;                               // floats of a vector
    std::span<const LinearKernel> linear;        // ours of each kind of layer: FP32 first, INT8 last; then libraries'
    std::span<const GluKernel> glu;              // one, or none
    std::span<const AttentionKernel> attention;  // ours, FP32 first; then libraries'
    ConvFirstKernel conv_first;
    PointwiseKernels pointwise;
};

// The provider's kernel that multiplies such numbers; null: the set has none.
const LinearKernel* find_linear(const KernelSet& kernels, LinearLayer layer, Arithmetic arithmetic,
                                KernelProvider provider = KernelProvider::Own);
const AttentionKernel* find_attention(const KernelSet& kernels, Arithmetic arithmetic,
                                      KernelProvider provider = KernelProvider::Own);

}  // namespace katago::cpu
