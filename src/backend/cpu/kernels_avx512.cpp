// SPDX-License-Identifier: MIT
#include <utility>

#include "backend/cpu/kernel_tables.h"

#if defined(__x86_64__)
#if defined(__GNUC__) && !defined(__clang__)
// GCC 12 takes what the intrinsics leave undefined for a mistake: https://gcc.gnu.org/bugzilla/show_bug.cgi?id=105593
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#include <immintrin.h>

namespace katago::cpu {

namespace {

constexpr InstructionSet kSet = InstructionSet::Avx512;
constexpr int kWidth = 16;
constexpr int kMaxRows = 14;         // of 32 registers 28 hold sums
constexpr int kMaxIntegerRows = 13;  // and one more holds a product

#include "backend/cpu/kernels/kernels.inl"

}  // namespace

const Kernels& kernels_avx512() {
    return kTable;
}

}  // namespace katago::cpu
#endif
