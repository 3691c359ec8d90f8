// SPDX-License-Identifier: MIT
// Flags: x86_64: -msse4.1
// This is the set of processors with AVX but without AVX2, too: floats at 256 bits take 1.4 times as long as these
// integers at 128, and to have AVX's encoding for the latter gains 2 %; both were measured on a Zen 4.
#include "backend/cpu/isa/instruction_set.h"

#if defined(__SSE4_1__)
#include "backend/cpu/isa/kernels.h"

namespace katago::cpu {

const KernelSet& sse41_kernels() {
    return kKernelSet;
}

}  // namespace katago::cpu
#endif
