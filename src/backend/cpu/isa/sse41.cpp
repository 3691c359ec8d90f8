// SPDX-License-Identifier: MIT
// Flags: x86_64: -msse4.1
#include "backend/cpu/isa/instruction_set.h"

#if defined(__SSE4_1__)
#include "backend/cpu/isa/kernels.h"

namespace katago::cpu {

const KernelSet& sse41_kernels() {
    return kKernelSet;
}

}  // namespace katago::cpu
#endif
