// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "backend/cpu/ops/gemm_f32.h"
#include "backend/cpu/ops/winograd_f16_row.h"
#include "backend/cpu/ops/winograd_tiles.h"
#include "backend/cpu/simd/fp16_storage.h"
#include "backend/cpu/simd/vector.h"

#if defined(__aarch64__) && !defined(__ARM_FEATURE_FP16_VECTOR_ARITHMETIC)

namespace katago::cpu {

namespace {

// The gemms of winograd_f16 on Arm cores without FP16 arithmetic: operands that are stored in FP16 are widened to FP32
// and multiplied by the micro-kernels of gemm_f32. What is read from memory is half as large: cores of a Raspberry Pi 4
// wait for memory longer than they compute.

// The factor of widened inputs. The bits of an FP16 number at the places of an FP32 number's are the float that is
// 2^-112 of it. Placing them takes a third of what converting takes, so weights are left at that, and the inputs, which
// are fewer, are made larger by as much: the largest FP16 number still is a float then.
constexpr float kPlaced = 0x1p112f;

// Widens vectors of eight FP16 numbers, one after another, to pairs of vectors of floats times kPlaced: `low` and
// `high` of the first, those of the next kWidth floats further.
KERNEL_INLINE void widen_inputs(const int16_t* from, int count, float* low, float* high) {
    for (int i = 0; i < count; ++i, from += kFp16Width, low += kWidth, high += kWidth) {
        store(low, load_fp16(from) * kPlaced), store(high, load_fp16(from + kWidth) * kPlaced);
    }
}
// Places `count` vectors of eight FP16 numbers, a multiple of kFp16Width of them, into as many floats.
KERNEL_INLINE void place_weights(const int16_t* from, size_t count, float* to) {
    const int32x4_t sign_and_rest = vdupq_n_s32(static_cast<int32_t>(0x8fffffffu));  // without copies of the sign
    const auto place = [&](int32x4_t shifted, float* out)
                           KERNEL_LAMBDA { vst1q_f32(out, vreinterpretq_f32_s32(vandq_s32(shifted, sign_and_rest))); };
    constexpr int kVectorsTogether = 4;
    for (; count > 0; count -= kVectorsTogether) {
        unroll<kVectorsTogether>([&](auto i) KERNEL_LAMBDA {
            constexpr int kAt = decltype(i)::value * kFp16Width;
            const int16x8_t fp16 = vld1q_s16(from + kAt);
            place(vshll_n_s16(vget_low_s16(fp16), 13), to + kAt);
            place(vshll_high_n_s16(fp16, 13), to + kAt + kWidth);
        });
        from += kVectorsTogether * kFp16Width, to += kVectorsTogether * kFp16Width;
    }
}

// The gemms of one tile row. Inputs are widened once for each position, the weights of a panel just before they are
// used: both then lie in the first-level cache.
//   weights   [tile row][panel][6][blocks * 8][8]
KERNEL_INLINE void gemm_f16_tile_row(const F16TileRow& tile_row, const int16_t* in, const int16_t* weights,
                                     int16_t* gemm_results, float* scratch) {
    const size_t depth = tile_row.blocks * kFp16Width;
    for (int column = 0; column < kTileEdge; ++column) {
        const int rows = tile_row.rows(column).count;
        const size_t row_floats = static_cast<size_t>(rows) * kWidth;
        float* const wide_in = scratch;
        float* const wide_weights = wide_in + depth * rows;
        float* const wide_out = wide_weights + depth * kFp16Width;
        for (size_t block = 0; block < tile_row.blocks; ++block) {
            float* const low = wide_in + block * 2 * row_floats;
            widen_inputs(in + tile_row.input_offset(column) + block * tile_row.block_stride(), rows, low,
                         low + row_floats);
        }
        for (size_t panel = 0; panel < tile_row.count; ++panel) {
            const int16_t* const tile_row_weights = tile_row.weights(weights, panel, kTileEdge);
            place_weights(tile_row_weights + column * depth * kFp16Width, depth, wide_weights);
            gemm_panel_f32(wide_in, row_floats, wide_weights, static_cast<int>(depth), 2, rows, wide_out, row_floats,
                           false);
            int16_t* const out = gemm_results + tile_row.result_offset(column, panel);
            for (int row = 0; row < rows; ++row) {
                store_fp16(out + row * kFp16Width, load(wide_out + row * kWidth));
                store_fp16(out + row * kFp16Width + kWidth, load(wide_out + row_floats + row * kWidth));
            }
        }
    }
}
// The panels whose gemm results are transformed back together: all, so that inputs are widened but once.
constexpr size_t panels_together(size_t panels) {
    return panels;
}
// The scratch memory of a tile row, in floats.
constexpr size_t f16_tile_row_floats(int blocks, int rows, int /* panels */) {
    return static_cast<size_t>(blocks) * kFp16Width * (rows + kFp16Width) + static_cast<size_t>(rows) * kFp16Width;
}

}  // namespace

}  // namespace katago::cpu

#endif
