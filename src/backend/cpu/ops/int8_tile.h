// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "backend/cpu/ops/int8.h"
#include "backend/cpu/simd/registers.h"

#if defined(__AVX2__) || defined(__aarch64__)

namespace katago::cpu {

namespace {

// The operands of the INT8 micro-kernels (int8_tile_neon.h, int8_tile_x86.h), which multiply a tile of quantized rows
// by a panel of INT8 weights: see int8.h. Where dot products of INT8 exist, inputs are INT8 with a zero point; without,
// they are 16-bit integers, since what AVX2 offers for INT8 saturates: weights are widened as they are loaded.

#if defined(__AVX512VNNI__) || defined(KERNEL_VNNI_ENCODING) || defined(__aarch64__)
#define KERNEL_INT8_DOT 1
#else
#define KERNEL_INT8_DOT 0
#endif

constexpr size_t kInt8BlockBytes = KERNEL_INT8_DOT ? kInt8Block : 2 * kInt8Block;  // of a row's channel block

// The zero point of a row in the form that its micro-kernel takes: a 16-bit integer, or a float, times the scale.
#if defined(__aarch64__)
using RowZero = float;
#else
using RowZero = int32_t;
#endif

// The operands of one tile: the weights of a panel, and where the inputs of a tile of rows lie.
struct Int8Tile {
    const uint8_t* in = nullptr;
    const float* row_scales = nullptr;
    const RowZero* row_zeros = nullptr;
    const int8_t* weights = nullptr;
    const float* scales = nullptr;
    const int32_t* sums = nullptr;
    size_t entries = 0;
    int taps = 1;
    int stride = 0;  // entries from one board row to the next
    int channels = 0, group = 0;
};

}  // namespace

}  // namespace katago::cpu

#endif
