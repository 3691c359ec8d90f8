// SPDX-License-Identifier: MIT
// Flags: x86_64: -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx2 -mfma
#include "backend/cpu/isa/instruction_set.h"

#if defined(__AVX512F__)
#include "backend/cpu/isa/kernels.h"

namespace katago::cpu {

const KernelSet& avx512_kernels() {
    return kKernelSet;
}

}  // namespace katago::cpu
#endif
