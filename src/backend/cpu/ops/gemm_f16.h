// SPDX-License-Identifier: MIT
#pragma once

#include "backend/cpu/ops/epilogue_f32.h"
#include "backend/cpu/ops/layout.h"
#include "backend/cpu/ops/linear.h"
#include "backend/cpu/ops/pack/pack.h"
#include "backend/cpu/simd/vector_f16.h"

#if defined(__ARM_FEATURE_FP16_VECTOR_ARITHMETIC)

namespace katago::cpu {

namespace {

// Products of IEEE halves, for Armv8.2-A cores with FP16 arithmetic: tiles of rows by one vector of eight outputs.
//
// A sum of many halves in one chain loses accuracy with each addition. So accumulators are short, and are added up in
// halves again, group by group: of n terms the error grows with the square root of the chain and of n / group, not of
// n. FP32 sums of the accumulators would be as accurate as accumulators of 16, but conversions take four times as long
// as additions.
//
// Chains of one unit, for which every eighth addition is one of sums, lose little more than floats that are rounded to
// halves. Calls may ask for long ones: beside products of bytes, which lose ten times as much, they are exact enough.

constexpr int kShortAccumulation = 1, kLongAccumulation = 2;  // units
constexpr int kSumsOfGroup = 8;                               // that are added up before they join the sum

// chain[kRows] = or, for kGoesOn, += a[kRows, one unit] * b[one unit, 8]
template <int kRows, bool kGoesOn>
KERNEL_INLINE void multiply_f16_block(const int16_t* a, const int16_t* b, Fp16x8 (&chain)[kRows]) {
    Fp16x8 x[kRows];
    unroll<kRows>([&](auto r)
                      KERNEL_LAMBDA { x[decltype(r)::value] = load_fp16x8(a + decltype(r)::value * kFp16Width); });
    unroll<kFp16Width>([&](auto k) KERNEL_LAMBDA {
        constexpr int kLane = decltype(k)::value;
        const Fp16x8 weights = load_fp16x8(b + kLane * kFp16Width);
        unroll<kRows>([&](auto r) KERNEL_LAMBDA {
            constexpr int kRow = decltype(r)::value;
            if constexpr (kLane == 0 && !kGoesOn) {
                chain[kRow] = times_lane<kLane>(weights, x[kRow]);
            } else {
                add_times_lane<kLane>(chain[kRow], weights, x[kRow]);
            }
        });
    });
}

// c[kRows] = a[kRows, units] * b[units, 8], in accumulators of so many units
//   a   units of [rows][8], a_stride halves apart
//   b   a packed panel, [units * 8][8]
template <int kRows, int kBlocks>
void gemm_tile_f16(const int16_t* a, size_t a_stride, const int16_t* b, int units, int16_t* c) {
    constexpr int kPanel = kFp16Width * kFp16Width, kGroup = kSumsOfGroup * kBlocks;
    static_assert(kBlocks <= 2);
    // Of the unit that a and b stand at, and one more in a long chain.
    const auto take_chain = [&](Fp16x8(&chain)[kRows], int unit) KERNEL_LAMBDA {
        multiply_f16_block<kRows, false>(a, b, chain);
        a += a_stride, b += kPanel;
        if (kBlocks > 1 && unit + 1 < units) {
            multiply_f16_block<kRows, true>(a, b, chain);
            a += a_stride, b += kPanel;
        }
    };
    for (int first = 0; first < units; first += kGroup) {
        const int end = min_of(first + kGroup, units);
        Fp16x8 sum[kRows];
        take_chain(sum, first);
        for (int unit = first + kBlocks; unit < end; unit += kBlocks) {
            Fp16x8 chain[kRows];
            take_chain(chain, unit);
            unroll<kRows>([&](auto r) KERNEL_LAMBDA {
                constexpr int kRow = decltype(r)::value;
                sum[kRow] = sum[kRow] + chain[kRow];
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
struct F16TileTable {
    F16Tile of[2][kMaxF16Rows];  // [long accumulators][rows - 1]
};
template <int... kIndex>
constexpr F16TileTable make_f16_tile_table(std::integer_sequence<int, kIndex...>) {
    return {{{gemm_tile_f16<kIndex + 1, kShortAccumulation>...}, {gemm_tile_f16<kIndex + 1, kLongAccumulation>...}}};
}
// The row of the table for so many products that are added up in FP16 before they join a sum.
constexpr int table_of(int accumulation_depth) {
    return accumulation_depth > kFp16Width ? 1 : 0;
}
constexpr F16TileTable kF16Tiles = make_f16_tile_table(std::make_integer_sequence<int, kMaxF16Rows>{});

// c = a * b for all rows of one panel; c: [rows][8]
KERNEL_INLINE void gemm_panel_f16(const int16_t* a, size_t a_stride, const int16_t* b, int units,
                                  int accumulation_depth, int rows, int16_t* c) {
    const int tiles = (rows + kMaxF16Rows - 1) / kMaxF16Rows;
    for (int tile = 0; tile < tiles; ++tile) {
        const int count = rows / tiles + (tile < rows % tiles ? 1 : 0);
        kF16Tiles.of[table_of(accumulation_depth)][count - 1](a, a_stride, b, units, c);
        a += count * kFp16Width, c += count * kFp16Width;
    }
}

// Inputs of a few tiles of rows stay in the first-level cache while all weights of a chunk, which stay in the second,
// pass by.
constexpr int kF16RowBytes = 40 << 10, kF16ChunkBytes = 192 << 10;

void round_rows_to_fp16(const LinearCall& call) {
    const size_t stride = static_cast<size_t>(call.rows) * kWidth;
    const int blocks = static_cast<int>(blocks_of(call.depth));
    int16_t* to = static_cast<int16_t*>(call.input);
    for (int block = 0; block < blocks; block += 2) {
        const float* from = call.in + block * stride;
        const bool paired = block + 1 < blocks;
        for (int row = 0; row < call.rows; ++row, from += kWidth, to += kFp16Width) {
            store_fp16x8(to, fp16x8_of(load(from), paired ? load(from + stride) : Vector{}));
        }
    }
}

// One tile of one panel, with its epilogue.
KERNEL_INLINE void gemm_f16_tile(const LinearCall& call, int units, const int16_t* weights, int vector, int row,
                                 int count) {
    alignas(64) int16_t sums[kMaxF16Rows * kFp16Width];
    kF16Tiles.of[table_of(call.accumulation_depth)][count - 1](
        static_cast<int16_t*>(call.input) + static_cast<size_t>(row) * kFp16Width,
        static_cast<size_t>(call.rows) * kFp16Width, weights, units, sums);
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
    const int units = fp16_blocks_of(call.depth), tiles = (call.rows + kMaxF16Rows - 1) / kMaxF16Rows;
    const int unit_bytes = kFp16Width * 2;
    const int tiles_together = kF16RowBytes / (units * unit_bytes * kMaxF16Rows) + 1;
    const int panels = (call.vectors + 1) / 2, panel_size = units * kFp16Width * kFp16Width;
    const int chunk = kF16ChunkBytes / (panel_size * 2) + 1;
    const auto first_row = [&](int tile) { return tile * (call.rows / tiles) + min_of(tile, call.rows % tiles); };
    for (int panel = 0; panel < panels; panel += chunk) {
        for (int tile = 0; tile < tiles; tile += tiles_together) {
            for (int p = panel; p < min_of(panel + chunk, panels); ++p) {
                const int16_t* weights =
                    static_cast<const int16_t*>(call.weights.values) + static_cast<size_t>(p) * panel_size;
                for (int t = tile; t < min_of(tile + tiles_together, tiles); ++t) {
                    gemm_f16_tile(call, units, weights, 2 * p, first_row(t), first_row(t + 1) - first_row(t));
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
