// SPDX-License-Identifier: MIT
#include "backend/cpu/isa/instruction_set.h"
#include "backend/cpu/isa/kernels.h"

namespace katago::cpu {

const KernelSet& portable_kernels() {
    return kKernelSet;
}

}  // namespace katago::cpu
