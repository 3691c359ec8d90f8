// SPDX-License-Identifier: MIT
// Flags: armv7: -mfpu=neon-vfpv4 -funsafe-math-optimizations -fno-associative-math -fno-reciprocal-math -fsigned-zeros
// NEON of 32-bit Arm rounds denormal numbers to zero, so GCC computes vectors of floats with it only where told that
// this may be: by the second flag, whose other liberties the rest take back.
#include "backend/cpu/isa/instruction_set.h"

#if defined(__ARM_NEON) && !defined(__aarch64__)
#include "backend/cpu/isa/kernels.h"

namespace katago::cpu {

const KernelSet& neonv7_kernels() {
    return kKernelSet;
}

}  // namespace katago::cpu
#endif
