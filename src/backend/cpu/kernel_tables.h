// SPDX-License-Identifier: MIT
#pragma once

#include "backend/cpu/kernels.h"

namespace katago::cpu {

const Kernels& kernels_portable();
const Kernels& kernels_neonfp16();    // aarch64 only
const Kernels& kernels_neondot();     // aarch64 only
const Kernels& kernels_avx2();        // x86-64 only
const Kernels& kernels_avx512();      // x86-64 only
const Kernels& kernels_avx512vnni();  // x86-64 only

}  // namespace katago::cpu
