// SPDX-License-Identifier: MIT
#pragma once

namespace katago {

// P, the unit of speed: what one core reaches in FP32 multiply-adds that touch registers only, in GFLOP/s (two a
// multiply-add), measured on the calling thread for about `seconds` (median of several runs). With 256-bit FMA where
// the CPU has it, also where it has wider vectors, so that the unit is the same everywhere; else with 128-bit vectors.
double measure_fma_peak(double seconds);

}  // namespace katago
