// SPDX-License-Identifier: MIT
#include <utility>

#include "backend/cpu/kernel_tables.h"

#if defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace katago::cpu {

namespace {

constexpr InstructionSet kSet = InstructionSet::Portable;
constexpr int kWidth = 4;
#if defined(__aarch64__)
constexpr int kMaxRows = 10;        // of 32 registers 20 hold sums
constexpr int kMaxIntegerRows = 4;  // by four columns: 16 sums
#else
constexpr int kMaxRows = 5;  // of 16 registers 10 hold sums: SSE2 needs one for each product
#endif

#include "backend/cpu/kernels/kernels.inl"

}  // namespace

const Kernels& kernels_portable() {
    return kTable;
}

}  // namespace katago::cpu
