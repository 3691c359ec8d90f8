// SPDX-License-Identifier: MIT
#include <utility>

#include "backend/cpu/kernel_tables.h"

#if defined(__aarch64__)
#include <arm_neon.h>

namespace katago::cpu {

namespace {

constexpr InstructionSet kSet = InstructionSet::NeonFp16;
constexpr int kWidth = 4;
constexpr int kMaxRows = 10;        // of 32 registers 20 hold sums
constexpr int kMaxIntegerRows = 4;  // by four columns: 16 sums
constexpr int kMaxHalfRows = 9;     // sums, chains and inputs
#define KATAGO_HALF_KERNELS

#include "backend/cpu/kernels/kernels.inl"

}  // namespace

const Kernels& kernels_neonfp16() {
    return kTable;
}

}  // namespace katago::cpu
#endif
