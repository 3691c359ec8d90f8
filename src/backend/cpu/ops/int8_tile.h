// SPDX-License-Identifier: MIT
#pragma once

#include "backend/cpu/ops/int8.h"
#include "backend/cpu/ops/layout.h"
#include "backend/cpu/simd/vector.h"

#if defined(__AVX2__) || defined(__aarch64__)

namespace katago::cpu {

namespace {

// Products with 8-bit weights; see Int8Call. Where sums of products of bytes exist, inputs are bytes with a zero point;
// without, 16-bit integers, since what AVX2 offers for bytes saturates: weights are widened as they are loaded.

#if defined(__AVX512VNNI__) || defined(__AVXVNNI__) || defined(__aarch64__)
#define KERNEL_BYTE_PRODUCTS 1
#else
#define KERNEL_BYTE_PRODUCTS 0
#endif

constexpr size_t kInt8BlockBytes = KERNEL_BYTE_PRODUCTS ? kInt8Block : 2 * kInt8Block;  // of one row

// The zero point of a row, as its kernel takes it: as a word, or in floats, times the scale.
#if defined(__aarch64__)
using RowZero = float;
#else
using RowZero = int32_t;
#endif

// One panel's weights, and where the inputs of a tile of rows lie.
struct Int8Tile {
    const uint8_t* in = nullptr;
    const float* row_scales = nullptr;
    const RowZero* row_zeros = nullptr;
    const int8_t* weights = nullptr;
    const float* scales = nullptr;
    const int32_t* sums = nullptr;
    size_t entries = 0;
    int taps = 1, stride = 0;  // of lines
    int channels = 0, group = 0;
};

}  // namespace

}  // namespace katago::cpu

#endif
