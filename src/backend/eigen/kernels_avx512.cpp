// SPDX-License-Identifier: MIT
#include <utility>

#include "backend/eigen/kernel_tables.h"

#if defined(__x86_64__)
namespace katago::eigen {

namespace {

constexpr InstructionSet kSet = InstructionSet::Avx512;
constexpr int kWidth = 16;
constexpr int kMaxRows = 14;  // of 32 registers 28 hold sums

#include "backend/eigen/kernels/kernels.inl"

}  // namespace

const Kernels& kernels_avx512() {
    return kTable;
}

}  // namespace katago::eigen
#endif
