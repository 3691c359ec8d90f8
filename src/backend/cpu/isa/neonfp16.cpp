// SPDX-License-Identifier: MIT
// Flags: aarch64: -march=armv8.2-a+fp16
#include "backend/cpu/isa/instruction_set.h"

#if defined(__ARM_FEATURE_FP16_VECTOR_ARITHMETIC)
#include "backend/cpu/isa/kernels.h"

namespace katago::cpu {

const KernelSet& neonfp16_kernels() {
    return kKernelSet;
}

}  // namespace katago::cpu
#endif
