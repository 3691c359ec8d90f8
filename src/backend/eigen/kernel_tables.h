// SPDX-License-Identifier: MIT
#pragma once

#include "backend/eigen/kernels.h"

namespace katago::eigen {

const Kernels& kernels_portable();
const Kernels& kernels_neonfp16();    // aarch64 only
const Kernels& kernels_neondot();     // aarch64 only
const Kernels& kernels_avx2();        // x86-64 only
const Kernels& kernels_avx512();      // x86-64 only
const Kernels& kernels_avx512vnni();  // x86-64 only

}  // namespace katago::eigen
