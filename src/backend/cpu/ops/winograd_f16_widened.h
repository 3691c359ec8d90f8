// SPDX-License-Identifier: MIT
#pragma once

#include "backend/cpu/ops/gemm_f32.h"
#include "backend/cpu/ops/winograd_f16_row.h"
#include "backend/cpu/simd/fp16_storage.h"

#if defined(__aarch64__) && !defined(__ARM_FEATURE_FP16_VECTOR_ARITHMETIC)

namespace katago::cpu {

namespace {

// Products of stored halves in FP32, for cores without FP16 arithmetic: what is read from memory is half as large.
// Cores of a Raspberry Pi 4 wait for memory longer than they compute.

// The bits of a half in the places of a float's are the float that is 2^-112 of it. Placing them takes a third of what
// converting takes, so weights are left at that, and the inputs, which are fewer, are made larger by as much: the
// largest half still is a float then.
constexpr float kPlaced = 0x1p112f;

// Vectors of eight halves, one after another, become pairs of vectors of floats: `low` and `high` of the first, those
// of the next kWidth floats further.
KERNEL_INLINE void widen_inputs(const int16_t* from, int count, float* low, float* high) {
    for (int i = 0; i < count; ++i, from += kFp16Width, low += kWidth, high += kWidth) {
        store(low, load_fp16(from) * kPlaced), store(high, load_fp16(from + kWidth) * kPlaced);
    }
}
// Vectors of eight halves, a multiple of kFp16Width of them, become as many floats.
KERNEL_INLINE void place_weights(const int16_t* from, size_t count, float* to) {
    const int32x4_t sign_and_rest = vdupq_n_s32(static_cast<int32_t>(0x8fffffffu));  // without copies of the sign
    const auto place = [&](int32x4_t shifted, float* out)
                           KERNEL_LAMBDA { vst1q_f32(out, vreinterpretq_f32_s32(vandq_s32(shifted, sign_and_rest))); };
    constexpr int kVectorsTogether = 4;
    for (; count > 0; count -= kVectorsTogether) {
        unroll<kVectorsTogether>([&](auto i) KERNEL_LAMBDA {
            constexpr int kAt = decltype(i)::value * kFp16Width;
            const int16x8_t halves = vld1q_s16(from + kAt);
            place(vshll_n_s16(vget_low_s16(halves), 13), to + kAt);
            place(vshll_high_n_s16(halves, 13), to + kAt + kWidth);
        });
        from += kVectorsTogether * kFp16Width, to += kVectorsTogether * kFp16Width;
    }
}

// Inputs are made floats once for each position, the weights of a panel when their turn comes: both then lie in the
// first-level cache. weights: [line][panel][6][units * 8][8]
KERNEL_INLINE void multiply_f16_tile_row(const F16TileRow& line, const int16_t* in, const int16_t* weights,
                                         int16_t* products, float* scratch) {
    const size_t depth = line.units * kFp16Width;
    for (int column = 0; column < kTileEdge; ++column) {
        const int rows = line.rows(column).count;
        const size_t row_floats = static_cast<size_t>(rows) * kWidth;
        float* const wide_in = scratch;
        float* const wide_weights = wide_in + depth * rows;
        float* const wide_out = wide_weights + depth * kFp16Width;
        for (size_t unit = 0; unit < line.units; ++unit) {
            float* const low = wide_in + unit * 2 * row_floats;
            widen_inputs(in + line.input_place(column) + unit * line.row_numbers(), rows, low, low + row_floats);
        }
        for (size_t panel = 0; panel < line.count; ++panel) {
            const int16_t* const of_line = line.weights(weights, panel, kTileEdge);
            place_weights(of_line + column * depth * kFp16Width, depth, wide_weights);
            gemm_panel_f32(wide_in, row_floats, wide_weights, static_cast<int>(depth), 2, rows, wide_out, row_floats,
                           false);
            int16_t* const out = products + line.product_place(column, panel);
            for (int row = 0; row < rows; ++row) {
                store_fp16(out + row * kFp16Width, load(wide_out + row * kWidth));
                store_fp16(out + row * kFp16Width + kWidth, load(wide_out + row_floats + row * kWidth));
            }
        }
    }
}
// All at once: inputs are made floats but once then.
constexpr size_t panels_together(size_t panels) {
    return panels;
}
constexpr size_t f16_tile_row_floats(int units, int rows, int /* panels */) {
    return static_cast<size_t>(units) * kFp16Width * (rows + kFp16Width) + static_cast<size_t>(rows) * kFp16Width;
}

}  // namespace

}  // namespace katago::cpu

#endif
