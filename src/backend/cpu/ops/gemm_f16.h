// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "backend/cpu/ops/epilogue_f32.h"
#include "backend/cpu/ops/linear.h"
#include "backend/cpu/ops/pack/pack.h"
#include "backend/cpu/simd/fp16_storage.h"
#include "backend/cpu/simd/tiles.h"
#include "backend/cpu/simd/vector.h"
#include "backend/cpu/simd/vector_f16.h"

#if defined(__ARM_FEATURE_FP16_VECTOR_ARITHMETIC)

namespace katago::cpu {

namespace {

// gemm_f16: a gemm in FP16, for Armv8.2-A cores with FP16 arithmetic. Inputs are rounded to FP16 in channel blocks of
// [rows][8], weights are packed panels of one vector of eight outputs; a micro-kernel computes a tile of rows by one
// panel with its sums in registers.
//
// A long sum in FP16 loses accuracy with each addition. So the accumulation depth is bounded: a partial sum takes in
// one or two channel blocks of the K dimension, partial sums are added up in FP16, and those sums again, group by
// group. Of n terms the error then grows with the square root of the accumulation depth and of n / group, not of n.
// Partial sums that are added up in FP32 would be as accurate as an accumulation depth of 16, but conversions take four
// times as long as additions.
//
// An accumulation depth of one channel block, for which every eighth addition is one of partial sums, loses little more
// than FP32 whose inputs are rounded to FP16. Calls may ask for a depth of two: beside INT8 gemms, which lose ten times
// as much, it is exact enough.

constexpr int kShortDepth = 1, kLongDepth = 2;  // channel blocks
constexpr int kSumsPerGroup = 8;                // partial sums that are added up before they join the sum

// One channel block of the K dimension: partial[kRows] = or, for kContinues, += a[kRows, 8] * b[8, 8]
template <int kRows, bool kContinues>
KERNEL_INLINE void accumulate_f16_block(const int16_t* a, const int16_t* b, Fp16x8 (&partial)[kRows]) {
    Fp16x8 x[kRows];
    unroll<kRows>([&](auto r)
                      KERNEL_LAMBDA { x[decltype(r)::value] = load_fp16x8(a + decltype(r)::value * kFp16Width); });
    unroll<kFp16Width>([&](auto k) KERNEL_LAMBDA {
        constexpr int kLane = decltype(k)::value;
        const Fp16x8 weights = load_fp16x8(b + kLane * kFp16Width);
        unroll<kRows>([&](auto r) KERNEL_LAMBDA {
            constexpr int kRow = decltype(r)::value;
            if constexpr (kLane == 0 && !kContinues) {
                partial[kRow] = times_lane<kLane>(weights, x[kRow]);
            } else {
                add_times_lane<kLane>(partial[kRow], weights, x[kRow]);
            }
        });
    });
}

// The micro-kernel: c[kRows] = a[kRows, blocks * 8] * b[blocks * 8, 8], with an accumulation depth of kDepth blocks.
//   a   channel blocks of [rows][8], a_stride numbers apart
//   b   a packed panel, [blocks * 8][8]
template <int kRows, int kDepth>
void gemm_tile_f16(const int16_t* a, size_t a_stride, const int16_t* b, int blocks, int16_t* c) {
    constexpr int kPanel = kFp16Width * kFp16Width, kGroup = kSumsPerGroup * kDepth;
    static_assert(kDepth <= 2);
    // The partial sum of the channel block that a and b stand at and, at kLongDepth, of the next one.
    const auto accumulate_partial = [&](Fp16x8(&partial)[kRows], int block) KERNEL_LAMBDA {
        accumulate_f16_block<kRows, false>(a, b, partial);
        a += a_stride, b += kPanel;
        if (kDepth > 1 && block + 1 < blocks) {
            accumulate_f16_block<kRows, true>(a, b, partial);
            a += a_stride, b += kPanel;
        }
    };
    for (int first = 0; first < blocks; first += kGroup) {
        const int end = min_of(first + kGroup, blocks);
        Fp16x8 sum[kRows];
        accumulate_partial(sum, first);
        for (int block = first + kDepth; block < end; block += kDepth) {
            Fp16x8 partial[kRows];
            accumulate_partial(partial, block);
            unroll<kRows>([&](auto r) KERNEL_LAMBDA {
                constexpr int kRow = decltype(r)::value;
                sum[kRow] = sum[kRow] + partial[kRow];
            });
        }
        unroll<kRows>([&](auto r) KERNEL_LAMBDA {
            constexpr int kRow = decltype(r)::value;
            store_fp16x8(c + kRow * kFp16Width,
                         first == 0 ? sum[kRow] : sum[kRow] + load_fp16x8(c + kRow * kFp16Width));
        });
    }
}

using F16Tile = void (*)(const int16_t*, size_t, const int16_t*, int, int16_t*);
// The micro-kernels by their accumulation depth in blocks, where other tables have vectors.
constexpr auto kF16Tiles = make_tile_table<F16Tile, kLongDepth, kMaxF16Rows>(
    [](auto rows, auto depth) { return gemm_tile_f16<decltype(rows)::value, decltype(depth)::value>; });
// The row of that table for an accumulation depth in channels.
constexpr int depth_index(int accumulation_depth) {
    return accumulation_depth > kFp16Width ? kLongDepth - 1 : kShortDepth - 1;
}

// c = a * b for all rows of one panel; c: [rows][8]
KERNEL_INLINE void gemm_panel_f16(const int16_t* a, size_t a_stride, const int16_t* b, int blocks,
                                  int accumulation_depth, int rows, int16_t* c) {
    const int tiles = even_parts<kMaxF16Rows>(rows);
    for (int tile = 0; tile < tiles; ++tile) {
        const int count = even_part_size(rows, tiles, tile);
        kF16Tiles.of[depth_index(accumulation_depth)][count - 1](a, a_stride, b, blocks, c);
        a += count * kFp16Width, c += count * kFp16Width;
    }
}

// The cache blocking: inputs of a few tiles of rows stay in the first-level cache while the panels of a chunk, which
// stay in the second, are multiplied with them one after another.
constexpr int kF16RowBytes = 40 << 10, kF16ChunkBytes = 192 << 10;

void round_rows_to_fp16(const LinearCall& call) {
    const size_t stride = static_cast<size_t>(call.rows) * kWidth;
    const int blocks = static_cast<int>(blocks_of(call.depth));
    int16_t* to = static_cast<int16_t*>(call.input);
    for (int block = 0; block < blocks; block += 2) {
        const float* from = call.in + block * stride;
        const bool has_next = block + 1 < blocks;
        for (int row = 0; row < call.rows; ++row, from += kWidth, to += kFp16Width) {
            store_fp16x8(to, fp16x8_of(load(from), has_next ? load(from + stride) : Vector{}));
        }
    }
}

// A tile of one panel, with its epilogue.
KERNEL_INLINE void finish_f16_tile(const LinearCall& call, int blocks, const int16_t* weights, int vector, int row,
                                   int count) {
    alignas(64) int16_t sums[kMaxF16Rows * kFp16Width];
    kF16Tiles.of[depth_index(call.accumulation_depth)][count - 1](
        static_cast<int16_t*>(call.input) + static_cast<size_t>(row) * kFp16Width,
        static_cast<size_t>(call.rows) * kFp16Width, weights, blocks, sums);
    Vector low[kMaxF16Rows], high[kMaxF16Rows];
    for (int r = 0; r < count; ++r) {
        const Fp16x8 sum = load_fp16x8(sums + r * kFp16Width);
        low[r] = low_fp32(sum), high[r] = high_fp32(sum);
    }
    finish_rows(call.out, vector, row, count, low);
    if (vector + 1 < call.vectors) finish_rows(call.out, vector + 1, row, count, high);
}

void gemm_f16(const LinearCall& call) {
    if (!call.input_ready) round_rows_to_fp16(call);
    const int blocks = fp16_blocks_of(call.depth), tiles = even_parts<kMaxF16Rows>(call.rows);
    const int block_bytes = kFp16Width * 2;
    const int tiles_together = kF16RowBytes / (blocks * block_bytes * kMaxF16Rows) + 1;
    const int panels = (call.vectors + 1) / 2, panel_size = blocks * kFp16Width * kFp16Width;
    const int chunk = kF16ChunkBytes / (panel_size * 2) + 1;
    const auto first_row = [&](int tile) { return tile * (call.rows / tiles) + min_of(tile, call.rows % tiles); };
    for (int panel = 0; panel < panels; panel += chunk) {
        for (int tile = 0; tile < tiles; tile += tiles_together) {
            for (int p = panel; p < min_of(panel + chunk, panels); ++p) {
                const int16_t* weights =
                    static_cast<const int16_t*>(call.weights.values) + static_cast<size_t>(p) * panel_size;
                for (int t = tile; t < min_of(tile + tiles_together, tiles); ++t) {
                    finish_f16_tile(call, blocks, weights, 2 * p, first_row(t), first_row(t + 1) - first_row(t));
                }
            }
        }
    }
}

InputRoom gemm_f16_room(const LinearCall& call) {
    return {static_cast<size_t>(call.rows) * fp16_blocks_of(call.depth) * kFp16Width * sizeof(int16_t), 0};
}

constexpr LinearKernel kGemmF16 = {
    .name = "gemm_f16",
    .layer = LinearLayer::Gemm,
    .arithmetic = Arithmetic::Fp16,
    .input = InputForm::Fp16Rows,
    .accepts = accepts_fp16_gemm,
    .weight_bytes = {4, 1},
    .packed_size = gemm_f16_size,
    .pack = pack_gemm_f16,
    .input_room = gemm_f16_room,
    .scratch_floats = no_scratch,
    .run = gemm_f16,
};

}  // namespace

}  // namespace katago::cpu

#endif
