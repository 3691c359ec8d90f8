// SPDX-License-Identifier: MIT
#include <utility>

#include "backend/cpu/kernel_tables.h"

#if defined(__x86_64__)
#include <immintrin.h>

namespace katago::cpu {

namespace {

constexpr InstructionSet kSet = InstructionSet::Avx2;
constexpr int kWidth = 8;
constexpr int kMaxRows = 6;  // of 16 registers 12 hold sums
constexpr int kMaxIntegerRows = 6;

#include "backend/cpu/kernels/kernels.inl"

}  // namespace

const Kernels& kernels_avx2() {
    return kTable;
}

}  // namespace katago::cpu
#endif
