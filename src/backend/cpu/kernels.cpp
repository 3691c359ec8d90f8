// SPDX-License-Identifier: MIT
#include "backend/cpu/kernels.h"

#include "backend/cpu/kernel_tables.h"

namespace katago::cpu {

const Kernels& kernels_for(InstructionSet set) {
#if defined(__x86_64__)
    if (set == InstructionSet::Avx512Vnni) return kernels_avx512vnni();
    if (set == InstructionSet::Avx512) return kernels_avx512();
    if (set == InstructionSet::Avx2) return kernels_avx2();
#elif defined(__aarch64__)
    if (set == InstructionSet::NeonDot) return kernels_neondot();
    if (set == InstructionSet::NeonFp16) return kernels_neonfp16();
#endif
    static_cast<void>(set);
    return kernels_portable();
}

}  // namespace katago::cpu
