// SPDX-License-Identifier: MIT
#pragma once

#include "backend/cpu/ops/epilogue_f32.h"
#include "backend/cpu/ops/gemm_f32.h"
#include "backend/cpu/ops/layout.h"
#include "backend/cpu/ops/linear.h"
#include "backend/cpu/ops/pack/pack.h"
#include "backend/cpu/ops/s16.h"
#include "backend/cpu/simd/vector.h"

#if defined(__aarch64__) && !defined(__ARM_FEATURE_FP16_VECTOR_ARITHMETIC)

namespace katago::cpu {

namespace {

// Products of 16-bit integers beside products of floats, for Arm cores without FP16 arithmetic. A Cortex-A72 multiplies
// integers in one of its two pipes, four a cycle, and as many floats with both; two floats in the pipe that integers
// leave idle make six. So of a panel of up to three blocks of columns the last one is of floats, the others of
// integers: see Kernels::s16f32_columns. Sums of integers become floats as in integer.inl.

constexpr int kS16F32Rows = 4;  // of a tile: of 32 registers 16 hold its sums, 9 its inputs and one input's weights

using FloatPair = float __attribute__((vector_size(8), may_alias));

// Rows of inputs, which are there twice: each as blocks of [rows][width], some numbers from one to the next. An integer
// times the scale of its row is about the float.
struct S16F32Rows {
    const float* floats = nullptr;
    size_t float_stride = 0;
    int16_t* integers = nullptr;
    size_t integer_stride = 0;
    float* scales = nullptr;
    S16F32Rows from(int row) const {
        return {floats + row * kWidth, float_stride, integers + row * kWidth, integer_stride, scales + row};
    }
};

// Sums of a tile: those of floats in two halves, each of which takes one pipe.
template <int kRows, int kVectors>
struct S16F32Sums {
    int32x4_t integers[kRows][kVectors] = {};  // of all blocks but the last
    float32x2_t floats[kRows][2] = {};
};

// sum += a * b[kLane] for the low and for the high half of a, and for two floats. GCC, left to order these, would keep
// one pipe waiting for the other, and copy sums from register to register.
template <int kLane>
KERNEL_INLINE void add_low_products(int32x4_t& sum, int16x8_t a, int16x8_t b) {
    asm volatile("smlal %0.4s, %1.4h, %2.h[%3]" : "+w"(sum) : "w"(a), "x"(b), "i"(kLane));
}
template <int kLane>
KERNEL_INLINE void add_high_products(int32x4_t& sum, int16x8_t a, int16x8_t b) {
    asm volatile("smlal2 %0.4s, %1.8h, %2.h[%3]" : "+w"(sum) : "w"(a), "x"(b), "i"(kLane));
}
template <int kLane>
KERNEL_INLINE void add_float_products(float32x2_t& sum, float32x2_t a, float32x4_t b) {
    asm volatile("fmla %0.2s, %1.2s, %2.s[%3]" : "+w"(sum) : "w"(a), "w"(b), "i"(kLane));
}

// sums += the products of one input of each row, in lane kLane, with its weights: both kinds in turn, since a core
// looks only so far ahead for what an idle pipe could do.
template <int kLane, int kRows, int kVectors>
KERNEL_INLINE void multiply_s16f32_input(const int16x8_t* row_pairs, const float32x4_t* rows, const int16_t* weights,
                                         S16F32Sums<kRows, kVectors>& sums) {
    constexpr int kIntegers = kVectors - 1;
    const float32x2_t floats[2] = {
        reinterpret_cast<float32x2_t>(*reinterpret_cast<const FloatPair*>(weights + kIntegers * kWidth)),
        reinterpret_cast<float32x2_t>(*reinterpret_cast<const FloatPair*>(weights + (kIntegers + 1) * kWidth))};
    int16x8_t integers{};
    if constexpr (kIntegers == 2) integers = vld1q_s16(weights);
    if constexpr (kIntegers == 1) integers = vcombine_s16(vld1_s16(weights), vdup_n_s16(0));
    unroll<kRows>([&](auto r) KERNEL_LAMBDA {
        constexpr int kRow = decltype(r)::value, kPairLane = kRow % 2 * kWidth + kLane;
        const int16x8_t x = row_pairs[kRow / 2];
        if constexpr (kIntegers > 0) add_low_products<kPairLane>(sums.integers[kRow][0], integers, x);
        add_float_products<kLane>(sums.floats[kRow][0], floats[0], rows[kRow]);
        if constexpr (kIntegers > 1) add_high_products<kPairLane>(sums.integers[kRow][1], integers, x);
        add_float_products<kLane>(sums.floats[kRow][1], floats[1], rows[kRow]);
    });
}

// c[kRows][kVectors] = rows[kRows, blocks * width] * weights[blocks * width, kVectors]
//   weights         a packed panel
//   column_scales   of its columns of integers
//   c               rows kWidth floats apart, vectors c_stride floats apart
template <int kRows, int kVectors>
void gemm_tile_s16f32(const S16F32Rows& in, const int16_t* weights, int blocks, const float* column_scales, float* c,
                      size_t c_stride) {
    constexpr int kNumbers = (kVectors + 1) * kWidth;  // of the weights of one input
    S16F32Sums<kRows, kVectors> sums;
    const float* floats = in.floats;
    const int16_t* integers = in.integers;
    for (; blocks > 0; --blocks) {
        int16x8_t row_pairs[(kRows + 1) / 2];
        float32x4_t rows[kRows];
        unroll<(kRows + 1) / 2>([&](auto pair) KERNEL_LAMBDA {
            constexpr int kFirst = 2 * decltype(pair)::value;
            const int16_t* from = integers + kFirst * kWidth;
            row_pairs[kFirst / 2] = kFirst + 1 < kRows ? vld1q_s16(from) : vcombine_s16(vld1_s16(from), vdup_n_s16(0));
        });
        unroll<kRows>(
            [&](auto r) KERNEL_LAMBDA { rows[decltype(r)::value] = vld1q_f32(floats + decltype(r)::value * kWidth); });
        unroll<kWidth>([&](auto k) KERNEL_LAMBDA {
            constexpr int kLane = decltype(k)::value;
            multiply_s16f32_input<kLane>(row_pairs, rows, weights + kLane * kNumbers, sums);
        });
        floats += in.float_stride, integers += in.integer_stride, weights += kWidth * kNumbers;
    }
    const float* row_scales = in.scales;
    unroll<kVectors - 1>([&](auto v) KERNEL_LAMBDA {
        constexpr int kVector = decltype(v)::value;
        const Vector column_scale = load(column_scales + kVector * kWidth);
        unroll<kRows>([&](auto r) KERNEL_LAMBDA {
            constexpr int kRow = decltype(r)::value;
            const Vector sum = reinterpret_cast<Vector>(vcvtq_f32_s32(sums.integers[kRow][kVector]));
            store(c + kVector * c_stride + kRow * kWidth, sum * (column_scale * row_scales[kRow]));
        });
    });
    unroll<kRows>([&](auto r) KERNEL_LAMBDA {
        constexpr int kRow = decltype(r)::value;
        vst1q_f32(c + (kVectors - 1) * c_stride + kRow * kWidth,
                  vcombine_f32(sums.floats[kRow][0], sums.floats[kRow][1]));
    });
}

using S16F32Tile = void (*)(const S16F32Rows&, const int16_t*, int, const float*, float*, size_t);
struct S16F32TileTable {
    S16F32Tile of[kS16F32PanelVectors][kS16F32Rows];  // [vectors - 1][rows - 1]
};
template <int... kIndex>
constexpr S16F32TileTable make_s16f32_tile_table(std::integer_sequence<int, kIndex...>) {
    return {{{gemm_tile_s16f32<kIndex + 1, 1>...},
             {gemm_tile_s16f32<kIndex + 1, 2>...},
             {gemm_tile_s16f32<kIndex + 1, 3>...}}};
}
constexpr S16F32TileTable kS16F32Tiles = make_s16f32_tile_table(std::make_integer_sequence<int, kS16F32Rows>{});

// c = in * weights for `rows` rows and all panels: vectors c_stride floats apart.
KERNEL_INLINE void gemm_panel_s16f32(const S16F32Rows& in, int rows, const int16_t* weights, int vectors, int blocks,
                                     const float* column_scales, float* c, size_t c_stride) {
    for (int row = 0; row < rows; row += kS16F32Rows) {
        const S16F32Tile multiply = kS16F32Tiles.of[vectors - 1][min_of(kS16F32Rows, rows - row) - 1];
        multiply(in.from(row), weights, blocks, column_scales, c + row * kWidth, c_stride);
    }
}

// Rounds numbers of up to 15 bits.
KERNEL_INLINE int16x4_t integers_of(Vector v, Vector factors) {
    const float32x4_t rounded = vfmaq_f32(vdupq_n_f32(kRoundToLowBits), reinterpret_cast<float32x4_t>(v),
                                          reinterpret_cast<float32x4_t>(factors));
    return vmovn_s32(vreinterpretq_s32_f32(rounded));
}

// What integers up to `limit` of kRows rows are to be multiplied with, and what makes integers of them.
template <int kRows>
KERNEL_INLINE Vector scales_of_rows(const float* in, size_t stride, int blocks, float limit) {
    // Of floats without their signs the largest has the largest bits, and comparing those takes half as long.
    uint32x4_t largest[kWidth] = {};
    for (int block = 0; block < blocks; ++block, in += stride) {
        unroll<kRows>([&](auto r) KERNEL_LAMBDA {
            constexpr int kRow = decltype(r)::value;
            const uint32x4_t bits = reinterpret_cast<uint32x4_t>(load(in + kRow * kWidth));
            largest[kRow] = vmaxq_u32(largest[kRow], vandq_u32(bits, vdupq_n_u32(0x7fffffffu)));
        });
    }
    const uint32x4_t of_rows = vpmaxq_u32(vpmaxq_u32(largest[0], largest[1]), vpmaxq_u32(largest[2], largest[3]));
    return reinterpret_cast<Vector>(of_rows) * (1 / limit);
}
KERNEL_INLINE Vector factors_of_scales(Vector scales) {
    constexpr float kLeast = 1e-35f;  // a row of zeros stays zero
    return 1 / larger(scales, all(kLeast));
}

// IntLanes of kRows rows, which are their floats times a factor each.
template <int kRows>
KERNEL_INLINE void round_rows(const S16F32Rows& rows, int blocks, Vector factors) {
    const float32x4_t of_rows = reinterpret_cast<float32x4_t>(factors);
    const float* from = rows.floats;
    int16_t* to = rows.integers;
    for (int block = 0; block < blocks; ++block, from += rows.float_stride, to += rows.integer_stride) {
        int16x8_t rounded[kRows];  // in every other number
        unroll<kRows>([&](auto r) KERNEL_LAMBDA {
            constexpr int kRow = decltype(r)::value;
            rounded[kRow] = vreinterpretq_s16_f32(
                vfmaq_laneq_f32(vdupq_n_f32(kRoundToLowBits), vld1q_f32(from + kRow * kWidth), of_rows, kRow));
        });
        unroll<kRows / 2>([&](auto pair) KERNEL_LAMBDA {
            constexpr int kFirst = 2 * decltype(pair)::value;
            vst1q_s16(to + kFirst * kWidth, vuzp1q_s16(rounded[kFirst], rounded[kFirst + 1]));
        });
        if constexpr (kRows % 2 != 0) {
            vst1_s16(to + (kRows - 1) * kWidth, vmovn_s32(vreinterpretq_s32_s16(rounded[kRows - 1])));
        }
    }
}

template <int kRows>
KERNEL_INLINE void quantize_few_s16f32_rows(const S16F32Rows& rows, int blocks, float limit, bool scales_ready) {
    Vector scales{};
    if (scales_ready) {
        for (int r = 0; r < kRows; ++r) scales[r] = rows.scales[r];
    } else {
        scales = scales_of_rows<kRows>(rows.floats, rows.float_stride, blocks, limit);
        for (int r = 0; r < kRows; ++r) rows.scales[r] = scales[r];
    }
    round_rows<kRows>(rows, blocks, factors_of_scales(scales));
}
// IntLanes up to `limit` of `count` rows; their scales are there already, or found too.
void quantize_s16f32_rows(const S16F32Rows& rows, int count, int blocks, float limit, bool scales_ready) {
    int row = 0;
    for (; row + kWidth <= count; row += kWidth) {
        quantize_few_s16f32_rows<kWidth>(rows.from(row), blocks, limit, scales_ready);
    }
    for (; row < count; ++row) quantize_few_s16f32_rows<1>(rows.from(row), blocks, limit, scales_ready);
}

constexpr int kS16F32RowsTogether = 4 * kS16F32Rows;  // so many rows are finished in one go

// Rows from `first` on, the integers of which are there.
void multiply_s16f32_rows(const LinearCall& call, const S16F32Rows& in, int first, int rows) {
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

// Rows that stay in the cache meet all panels before the next ones do. All of them have their integers in one place,
// which stays there too: to round them once more for every layer that reads them takes less than to fetch them.
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
        multiply_s16f32_rows(call, in, first, rows);
    }
}

InputRoom gemm_s16f32_room(const LinearCall& call) {
    const auto rows = static_cast<size_t>(call.rows);
    return {rows * blocks_of(call.depth) * kWidth * sizeof(int16_t), rows};
}

// Of cores that have no better use of 16-bit integers: it takes their name.
constexpr LinearKernel kGemmS16F32 = {
    .name = "gemm_s16",
    .layer = LinearLayer::Gemm,
    .arithmetic = Arithmetic::Int16,
    .input = InputForm::Int16Rows,
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
