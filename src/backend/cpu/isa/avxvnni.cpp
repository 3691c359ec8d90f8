// SPDX-License-Identifier: MIT
// Flags: x86_64: -mavxvnni -mavx2 -mfma
#include "backend/cpu/isa/instruction_set.h"

#if defined(__AVXVNNI__)
#include "backend/cpu/isa/kernels.h"

namespace katago::cpu {

const KernelSet& avxvnni_kernels() {
    return kKernelSet;
}

}  // namespace katago::cpu
#endif
