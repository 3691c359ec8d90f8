// SPDX-License-Identifier: MIT
#pragma once

#if defined(__x86_64__)
#if defined(__AVX512F__) && defined(__GNUC__) && !defined(__clang__)
// GCC 12 takes what the intrinsics leave undefined for a mistake: https://gcc.gnu.org/bugzilla/show_bug.cgi?id=105593
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#include <immintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

namespace katago::cpu {

namespace {

// AVX-VNNI has instructions of 256 bits that multiply pairs of 16-bit integers, or fours of INT8, and add the products
// up. The assembler has two encodings for them: VEX, which processors without AVX-512 know, and EVEX, which belongs to
// AVX-512 VNNI. Tests define KATAGO_EVEX_VNNI, so that processors with only the latter run the same code.
#if defined(KATAGO_EVEX_VNNI)
#define KERNEL_VNNI_ENCODING "%{evex%} "
#elif defined(__AVXVNNI__)
#define KERNEL_VNNI_ENCODING "%{vex%} "
#endif
// Where their last operand may lie. Clang takes memory wherever it may, and first stores there what registers hold.
#if defined(__clang__)
#define KERNEL_VNNI_OPERAND "x"
#else
#define KERNEL_VNNI_OPERAND "xm"
#endif

// The register file of the instruction set that a file is compiled for: the width of a vector, and the most rows of a
// micro-kernel's tile whose sums, weights and inputs fit in registers. In an unnamed namespace, as all kernels are: see
// vector.h.
#if defined(__AVX512F__)
constexpr int kWidth = 16;    // floats of a vector
constexpr int kMaxRows = 14;  // of an FP32 tile of two vectors: of 32 registers 28 hold sums
#if defined(__AVX512VNNI__)
constexpr int kMaxIntegerRows = 14;
#else
constexpr int kMaxIntegerRows = 13;  // and one more holds the products before they are added
#endif
#elif defined(__AVX2__)
constexpr int kWidth = 8;
constexpr int kMaxRows = 6;  // of 16 registers 12 hold sums
constexpr int kMaxIntegerRows = 6;
#elif defined(__aarch64__)
constexpr int kWidth = 4;
constexpr int kMaxRows = 10;        // of 32 registers 20 hold sums
#if defined(__ARM_FEATURE_DOTPROD)
constexpr int kMaxIntegerRows = 8;  // by two vectors: 16 sums
#else
constexpr int kMaxIntegerRows = 4;  // by four columns: 16 sums
#endif
#if defined(__ARM_FEATURE_FP16_VECTOR_ARITHMETIC)
constexpr int kMaxF16Rows = 9;      // each has a sum, an accumulator and an input: 27 of 32 registers
#endif
#else
constexpr int kWidth = 4;
constexpr int kMaxRows = 5;  // of 16 registers 10 hold sums: SSE2 needs one for each product before it is added
#if defined(__SSE4_1__)
constexpr int kMaxIntegerRows = 6;
#endif
#endif

}  // namespace

}  // namespace katago::cpu
