// SPDX-License-Identifier: MIT
// The kernels of AVX-VNNI in the encoding of AVX-512 VNNI; for GCC alone: see CMakeLists.txt.
#include "backend/cpu/isa/kernel_set.h"

#if defined(KATAGO_EVEX_VNNI)
#include "backend/cpu/isa/kernels.h"

namespace katago::cpu {

const KernelSet& avxvnni_twin_kernels() {
    return kKernelSet;
}

}  // namespace katago::cpu
#endif
