// SPDX-License-Identifier: MIT
#include "backend/cpu/isa/kernel_set.h"

#include <algorithm>

namespace katago::cpu {

const LinearKernel* find_linear(const KernelSet& kernels, LinearLayer layer, Arithmetic arithmetic,
                                KernelProvider provider) {
    const auto found = std::find_if(kernels.linear.begin(), kernels.linear.end(), [&](const LinearKernel& kernel) {
        return kernel.provider == provider && kernel.layer == layer && kernel.arithmetic == arithmetic;
    });
    return found == kernels.linear.end() ? nullptr : &*found;
}

const AttentionKernel* find_attention(const KernelSet& kernels, Arithmetic arithmetic, KernelProvider provider) {
    const auto found = std::find_if(
        kernels.attention.begin(), kernels.attention.end(),
        [&](const AttentionKernel& kernel) { return kernel.provider == provider && kernel.arithmetic == arithmetic; });
    return found == kernels.attention.end() ? nullptr : &*found;
}

}  // namespace katago::cpu
