// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "backend/cpu/ops/epilogue_f32.h"
#include "backend/cpu/ops/gemm_f32.h"
#include "backend/cpu/ops/linear.h"
#include "backend/cpu/ops/pack/pack.h"
#include "backend/cpu/ops/s16.h"
#include "backend/cpu/ops/s16f32_rows.h"
#include "backend/cpu/simd/tiles.h"
#include "backend/cpu/simd/vector.h"

#if defined(__aarch64__) && !defined(__ARM_FEATURE_FP16_VECTOR_ARITHMETIC)

namespace katago::cpu {

namespace {

// gemm_s16f32: a gemm of 16-bit integers beside FP32, for Arm cores without FP16 arithmetic. A Cortex-A72 multiplies
// integers in one of its two pipes, four a cycle, and as many floats with both; two floats in the pipe that integers
// leave idle make six. So of a panel of up to three vectors of columns the last one is of floats, the others of
// integers: see s16.h. Inputs are blocks of [rows][width] of both. Sums of integers, times the scales of their row and
// column, become floats as in gemm_s16.

constexpr int kS16F32Rows = 4;  // of a tile: of 32 registers 16 hold its sums, 9 its inputs and one input's weights

// The sums of a tile: each vector of floats as two of two lanes, each of which takes one pipe.
template <int kRows, int kVectors>
struct S16F32Sums {
    int32x4_t s32[kRows][kVectors] = {};  // of all vectors but the last
    float32x2_t f32[kRows][2] = {};
};

// Multiply-adds, sum += a * b[kLane], of the low four integers of a, of its high four, and of two floats. In assembly:
// GCC, left to order these, would keep one pipe waiting for the other, and copy sums from register to register.
template <int kLane>
KERNEL_INLINE void multiply_add_low(int32x4_t& sum, int16x8_t a, int16x8_t b) {
    asm volatile("smlal %0.4s, %1.4h, %2.h[%3]" : "+w"(sum) : "w"(a), "x"(b), "i"(kLane));
}
template <int kLane>
KERNEL_INLINE void multiply_add_high(int32x4_t& sum, int16x8_t a, int16x8_t b) {
    asm volatile("smlal2 %0.4s, %1.8h, %2.h[%3]" : "+w"(sum) : "w"(a), "x"(b), "i"(kLane));
}
template <int kLane>
KERNEL_INLINE void multiply_add_f32(float32x2_t& sum, float32x2_t a, float32x4_t b) {
    asm volatile("fmla %0.2s, %1.2s, %2.s[%3]" : "+w"(sum) : "w"(a), "w"(b), "i"(kLane));
}

// One step along the K dimension: sums += the input of each row in lane kLane times its weights. Integers and floats
// take turns, since a core looks only so far ahead for what an idle pipe could do.
template <int kLane, int kRows, int kVectors>
KERNEL_INLINE void accumulate_s16f32_input(const int16x8_t* s16_rows, const float32x4_t* f32_rows,
                                           const int16_t* weights, S16F32Sums<kRows, kVectors>& sums) {
    constexpr int kS16Vectors = kVectors - 1;
    const float32x2_t f32[2] = {
        reinterpret_cast<float32x2_t>(*reinterpret_cast<const FloatPair*>(weights + kS16Vectors * kWidth)),
        reinterpret_cast<float32x2_t>(*reinterpret_cast<const FloatPair*>(weights + (kS16Vectors + 1) * kWidth))};
    int16x8_t s16{};
    if constexpr (kS16Vectors == 2) s16 = vld1q_s16(weights);
    if constexpr (kS16Vectors == 1) s16 = vcombine_s16(vld1_s16(weights), vdup_n_s16(0));
    unroll<kRows>([&](auto r) KERNEL_LAMBDA {
        constexpr int kRow = decltype(r)::value, kPairLane = kRow % 2 * kWidth + kLane;
        const int16x8_t x = s16_rows[kRow / 2];
        if constexpr (kS16Vectors > 0) multiply_add_low<kPairLane>(sums.s32[kRow][0], s16, x);
        multiply_add_f32<kLane>(sums.f32[kRow][0], f32[0], f32_rows[kRow]);
        if constexpr (kS16Vectors > 1) multiply_add_high<kPairLane>(sums.s32[kRow][1], s16, x);
        multiply_add_f32<kLane>(sums.f32[kRow][1], f32[1], f32_rows[kRow]);
    });
}

// The micro-kernel: c[kRows][kVectors] = in[kRows, blocks * width] * weights[blocks * width, kVectors]
//   weights         a packed panel
//   column_scales   the scales of its columns of integers
//   c               rows kWidth floats apart, vectors c_stride floats apart
template <int kRows, int kVectors>
void gemm_tile_s16f32(const S16F32Rows& in, const int16_t* weights, int blocks, const float* column_scales, float* c,
                      size_t c_stride) {
    constexpr int kInputNumbers = (kVectors + 1) * kWidth;  // 16-bit words that the weights of one input take
    S16F32Sums<kRows, kVectors> sums;
    const float* f32 = in.f32;
    const int16_t* s16 = in.s16;
    for (; blocks > 0; --blocks) {
        int16x8_t s16_rows[(kRows + 1) / 2];
        float32x4_t f32_rows[kRows];
        unroll<(kRows + 1) / 2>([&](auto pair) KERNEL_LAMBDA {
            constexpr int kFirst = 2 * decltype(pair)::value;
            const int16_t* from = s16 + kFirst * kWidth;
            s16_rows[kFirst / 2] = kFirst + 1 < kRows ? vld1q_s16(from) : vcombine_s16(vld1_s16(from), vdup_n_s16(0));
        });
        unroll<kRows>(
            [&](auto r) KERNEL_LAMBDA { f32_rows[decltype(r)::value] = vld1q_f32(f32 + decltype(r)::value * kWidth); });
        unroll<kWidth>([&](auto k) KERNEL_LAMBDA {
            constexpr int kLane = decltype(k)::value;
            accumulate_s16f32_input<kLane>(s16_rows, f32_rows, weights + kLane * kInputNumbers, sums);
        });
        f32 += in.f32_stride, s16 += in.s16_stride, weights += kWidth * kInputNumbers;
    }
    const float* row_scales = in.scales;
    unroll<kVectors - 1>([&](auto v) KERNEL_LAMBDA {
        constexpr int kVector = decltype(v)::value;
        const Vector column_scale = load(column_scales + kVector * kWidth);
        unroll<kRows>([&](auto r) KERNEL_LAMBDA {
            constexpr int kRow = decltype(r)::value;
            const Vector sum = reinterpret_cast<Vector>(vcvtq_f32_s32(sums.s32[kRow][kVector]));
            store(c + kVector * c_stride + kRow * kWidth, sum * (column_scale * row_scales[kRow]));
        });
    });
    unroll<kRows>([&](auto r) KERNEL_LAMBDA {
        constexpr int kRow = decltype(r)::value;
        vst1q_f32(c + (kVectors - 1) * c_stride + kRow * kWidth, vcombine_f32(sums.f32[kRow][0], sums.f32[kRow][1]));
    });
}

using S16F32Tile = void (*)(const S16F32Rows&, const int16_t*, int, const float*, float*, size_t);
constexpr auto kS16F32Tiles = make_tile_table<S16F32Tile, kS16F32PanelVectors, kS16F32Rows>(
    [](auto rows, auto vectors) { return gemm_tile_s16f32<decltype(rows)::value, decltype(vectors)::value>; });

// c = in * weights for `rows` rows of one panel: vectors of c are c_stride floats apart.
KERNEL_INLINE void gemm_panel_s16f32(const S16F32Rows& in, int rows, const int16_t* weights, int vectors, int blocks,
                                     const float* column_scales, float* c, size_t c_stride) {
    for (int row = 0; row < rows; row += kS16F32Rows) {
        const S16F32Tile gemm_tile = kS16F32Tiles.of[vectors - 1][min_of(kS16F32Rows, rows - row) - 1];
        gemm_tile(in.from(row), weights, blocks, column_scales, c + row * kWidth, c_stride);
    }
}

constexpr int kS16F32RowsTogether = 4 * kS16F32Rows;  // that go through the epilogue together

// Rows from `first` on, whose integers are ready, times all panels, with the epilogue.
void gemm_s16f32_rows(const LinearCall& call, const S16F32Rows& in, int first, int rows) {
    const int blocks = static_cast<int>(blocks_of(call.depth));
    const int16_t* weights = static_cast<const int16_t*>(call.weights.values);
    for (int vector = 0; vector < call.vectors; vector += kS16F32PanelVectors) {
        const int vectors = min_of(kS16F32PanelVectors, call.vectors - vector);
        for (int row = 0; row < rows; row += kS16F32RowsTogether) {
            const int count = min_of(kS16F32RowsTogether, rows - row);
            Vector results[kS16F32PanelVectors * kS16F32RowsTogether];
            gemm_panel_s16f32(in.from(row), count, weights, vectors, blocks, call.weights.scales + vector * kWidth,
                              reinterpret_cast<float*>(results), static_cast<size_t>(count) * kWidth);
            for (int v = 0; v < vectors; ++v)
                finish_rows(call.out, vector + v, first + row, count, results + v * count);
        }
        weights += s16f32_numbers(vectors, kWidth) * blocks * kWidth;
    }
}

// Rows are taken in parts that stay in the cache: each part meets all panels before the next one does. The parts have
// their integers in one place, which stays there too: to round them once more for every layer that reads them takes
// less than to fetch them.
void gemm_s16f32(const LinearCall& call) {
    const int blocks = static_cast<int>(blocks_of(call.depth));
    const size_t row_bytes = static_cast<size_t>(blocks) * kWidth * (sizeof(float) + sizeof(int16_t));
    const int part = min_of(rows_in_cache(row_bytes, kS16F32Rows), call.rows);
    for (int first = 0; first < call.rows; first += part) {
        const int rows = min_of(part, call.rows - first);
        const S16F32Rows in{call.in + static_cast<size_t>(first) * kWidth, static_cast<size_t>(call.rows) * kWidth,
                            static_cast<int16_t*>(call.input), static_cast<size_t>(part) * kWidth,
                            call.input_scales + first};
        quantize_s16f32_rows(in, rows, blocks, call.weights.input_limit, call.input_ready);
        gemm_s16f32_rows(call, in, first, rows);
    }
}

InputRoom gemm_s16f32_room(const LinearCall& call) {
    const auto rows = static_cast<size_t>(call.rows);
    return {rows * blocks_of(call.depth) * kWidth * sizeof(int16_t), rows};
}

// The name is that of the 16-bit gemm of other cores, whose place it takes on these.
constexpr LinearKernel kGemmS16F32 = {
    .name = "gemm_s16",
    .layer = LinearLayer::Gemm,
    .arithmetic = Arithmetic::Int16,
    .input = InputForm::Int16Rows,
    .accepts = accepts_all,
    .weight_bytes = {8, 3},  // of three vectors of columns two of integers and one of floats
    .packed_size = gemm_s16f32_size,
    .pack = pack_gemm_s16f32,
    .input_room = gemm_s16f32_room,
    .scratch_floats = no_scratch,
    .run = gemm_s16f32,
};

}  // namespace

}  // namespace katago::cpu

#endif
