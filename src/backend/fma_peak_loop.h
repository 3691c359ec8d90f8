// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace katago {

// Runs `steps` rounds of independent multiply-adds; returns the floating-point operations of one round.
using FmaLoop = int (*)(int64_t steps);

int run_fma_loop_avx2(int64_t steps);  // x86-64 only; needs AVX2 and FMA

}  // namespace katago
