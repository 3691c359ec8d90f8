// SPDX-License-Identifier: MIT
// Flags: x86_64: -mavx2 -mfma
#include "backend/cpu/isa/instruction_set.h"

#if defined(__AVX2__)
#include "backend/cpu/isa/kernels.h"

namespace katago::cpu {

const KernelSet& avx2_kernels() {
    return kKernelSet;
}

}  // namespace katago::cpu
#endif
