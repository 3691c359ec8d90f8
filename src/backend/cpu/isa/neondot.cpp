// SPDX-License-Identifier: MIT
// Flags: aarch64: -march=armv8.2-a+fp16+dotprod
#include "backend/cpu/isa/instruction_set.h"

#if defined(__ARM_FEATURE_DOTPROD)
#include "backend/cpu/isa/kernels.h"

namespace katago::cpu {

const KernelSet& neondot_kernels() {
    return kKernelSet;
}

}  // namespace katago::cpu
#endif
