// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "backend/cpu/ops/epilogue.h"
#include "backend/cpu/ops/epilogue_f32.h"
#include "backend/cpu/ops/layout.h"
#include "backend/cpu/ops/linear.h"
#include "backend/cpu/ops/pack/pack.h"
#include "backend/cpu/ops/s16.h"
#include "backend/cpu/simd/tiles.h"
#include "backend/cpu/simd/vector.h"
#include "backend/cpu/simd/vector_s16.h"

#if defined(__SSE4_1__)

namespace katago::cpu {

namespace {

// gemm_s16: a gemm of 16-bit integers, for x86 with SSE4.1 or more, where one instruction multiplies two pairs for each
// 32-bit sum and so does twice the work of FP32. Inputs are quantized, a scale a row, in channel blocks of
// [rows][kS16Block]; weights are packed panels of one or two vectors of outputs, a scale a column (s16.h). A
// micro-kernel computes a tile of rows by one panel with its sums in registers.

// The sums of a tile over the K dimension: sum[kRows][kVectors] = a[kRows, s16_blocks] * b[s16_blocks, kVectors]
//   a   channel blocks of [rows][kS16Block], a_stride integers apart
//   b   a packed panel
// Weights follow each other in the order of use, and those of a big network come from memory: the next panel is fetched
// while this one is multiplied.
template <int kRows, int kVectors>
KERNEL_INLINE void accumulate_s16_tile(const int16_t* a, size_t a_stride, const int16_t* b, int s16_blocks,
                                       IntLanes (&sum)[kRows][kVectors]) {
    const size_t panel_size = static_cast<size_t>(s16_blocks) * kWidth * kVectors * kS16Block;
    constexpr int kVectorsOfCacheLine = 64 / (kS16Block * 2);
    unroll<kRows>([&](auto r) KERNEL_LAMBDA {
        unroll<kVectors>([&](auto v) KERNEL_LAMBDA { sum[decltype(r)::value][decltype(v)::value] = IntLanes{}; });
    });
    const auto multiply = [&](auto p) KERNEL_LAMBDA {
        constexpr int kPair = decltype(p)::value;
        IntLanes weights[kVectors];
        unroll<kVectors>([&](auto v) KERNEL_LAMBDA {
            constexpr int kVector = kPair * kVectors + decltype(v)::value;
            const int16_t* from = b + kVector * kS16Block;
            weights[decltype(v)::value] = load_lanes(from);
            if constexpr (kRows > 1 && kVector % kVectorsOfCacheLine == 0) {
                __builtin_prefetch(from + panel_size, 0, 2);
            }
        });
        unroll<kRows>([&](auto r) KERNEL_LAMBDA {
            constexpr int kRow = decltype(r)::value;
            const IntLanes x = repeat_pair_of_four<kPair>(a + kRow * kS16Block);
            unroll<kVectors>([&](auto v) KERNEL_LAMBDA {
                constexpr int kVector = decltype(v)::value;
                sum[kRow][kVector] = add_pair_products(sum[kRow][kVector], x, weights[kVector]);
            });
        });
    };
    for (; s16_blocks > 0; --s16_blocks) {
        for (int pair = 0; pair < kWidth; pair += 4) {
            unroll<4>(multiply);
            a += 8;
            b += 4 * kVectors * kS16Block;
        }
        a += a_stride - kS16Block;
    }
}

// The destination of a tile of results, and the part of an epilogue that is done before they leave the registers:
// c = c * factor + addend. Rows are kWidth floats apart, vectors `stride`; factor and addend may be null.
struct TileOutput {
    float* c = nullptr;
    size_t stride = 0;
    const float* factor = nullptr;
    const float* addend = nullptr;
};

// The micro-kernel: out[kRows][kVectors] = (a * b) * row_scales * column_scales, with the operands of
// accumulate_s16_tile().
template <int kRows, int kVectors>
void gemm_tile_s16(const int16_t* a, size_t a_stride, const int16_t* b, int s16_blocks, const float* row_scales,
                   const float* column_scales, const TileOutput& out) {
    IntLanes sum[kRows][kVectors];
    accumulate_s16_tile(a, a_stride, b, s16_blocks, sum);
    const auto finish = [&](auto has_factor, auto has_addend) KERNEL_LAMBDA {
        unroll<kVectors>([&](auto v) KERNEL_LAMBDA {
            constexpr int kVector = decltype(v)::value;
            const Vector column_scale = load(column_scales + kVector * kWidth);
            unroll<kRows>([&](auto r) KERNEL_LAMBDA {
                constexpr int kRow = decltype(r)::value;
                const size_t at = kVector * out.stride + kRow * kWidth;
                Vector y = __builtin_convertvector(sum[kRow][kVector], Vector) * (column_scale * row_scales[kRow]);
                if constexpr (decltype(has_factor)::value != 0) y *= load(out.factor + at);
                if constexpr (decltype(has_addend)::value != 0) y += load(out.addend + at);
                store(out.c + at, y);
            });
        });
    };
    // One branch a tile, not two for each of its vectors.
    if (out.factor == nullptr) {
        out.addend == nullptr ? finish(Constant<0>{}, Constant<0>{}) : finish(Constant<0>{}, Constant<1>{});
    } else {
        out.addend == nullptr ? finish(Constant<1>{}, Constant<0>{}) : finish(Constant<1>{}, Constant<1>{});
    }
}

using S16Tile = void (*)(const int16_t*, size_t, const int16_t*, int, const float*, const float*, const TileOutput&);
constexpr auto kS16Tiles = make_tile_table<S16Tile, kPanelVectors, kMaxIntegerRows>(
    [](auto rows, auto vectors) { return gemm_tile_s16<decltype(rows)::value, decltype(vectors)::value>; });

// The factors that quantize rows whose largest magnitudes are given, up to `limit`, and the scales that undo it.
KERNEL_INLINE void scales_of(Vector largest, float limit, float* factors, float* scales) {
    constexpr float kLeast = 1e-30f;  // a row of zeros stays zero
    store(factors, limit / larger(largest, all(kLeast)));
    store(scales, largest * (1.0f / limit));
}

// The rows that are quantized and multiplied before the next ones: their integers stay in the second-level cache,
// beside the panel and the results that pass through it.
KERNEL_INLINE int s16_rows_together(const LinearCall& call) {
    const size_t row = static_cast<size_t>(s16_blocks_of(call.depth, kWidth)) * kS16Block * sizeof(int16_t);
    const int most = static_cast<int>(call.near_cache_bytes / 4 * 3 / row) + 1;
    const int parts = (call.rows + most - 1) / most, even = (call.rows + parts - 1) / parts;
    return (even + kWidth - 1) / kWidth * kWidth;
}

// Up to kWidth rows of the input, as they are read: times gamma where there is a norm.
struct RowsToQuantize {
    const float* in;
    const float* gamma;
    size_t stride;  // from block to block
    int blocks, count;
};

// The largest magnitude of each row, lane by lane, and the sum of its squares before gamma.
KERNEL_INLINE void measure_normed_rows(const RowsToQuantize& rows, Vector* largest, float* squares) {
    for (int r = 0; r < rows.count; ++r) {
        const float* in = rows.in + r * kWidth;
        Vector most[2] = {}, sum[2] = {};
        const auto take = [&](auto i, int block) KERNEL_LAMBDA {
            constexpr int kIndex = decltype(i)::value;
            const Vector x = load(in + block * rows.stride);
            sum[kIndex] += x * x;
            most[kIndex] = larger(most[kIndex], magnitude(x * load(rows.gamma + block * kWidth)));
        };
        int block = 0;
        for (; block + 2 <= rows.blocks; block += 2) take(Constant<0>{}, block), take(Constant<1>{}, block + 1);
        if (block < rows.blocks) take(Constant<0>{}, block);
        largest[r] = larger(most[0], most[1]), squares[r] = sum_of(sum[0] + sum[1]);
    }
}

// Quantizes up to kWidth rows of the input, each with the scale that its largest magnitude asks for.
template <bool kNormed>
void quantize_s16_rows(const LinearCall& call, int first, int count) {
    const size_t stride = static_cast<size_t>(call.rows) * kWidth;
    const int blocks = static_cast<int>(blocks_of(call.depth)), s16_blocks = s16_blocks_of(call.depth, kWidth);
    Vector largest[kWidth] = {};
    alignas(sizeof(Vector)) float factors[kWidth], scales[kWidth];
    const float* in = call.in + static_cast<size_t>(first) * kWidth;
    alignas(sizeof(Vector)) float squares[kWidth] = {};
    if constexpr (kNormed) measure_normed_rows({in, call.gamma, stride, blocks, count}, largest, squares);
    // The blocks are taken one after another, since the rows of a block lie side by side.
    for (int block = 0; block < blocks && !kNormed; ++block, in += stride) {
        if (count == kWidth) {
            unroll<kWidth>([&](auto r) KERNEL_LAMBDA {
                constexpr int kRow = decltype(r)::value;
                largest[kRow] = larger(largest[kRow], magnitude(load(in + kRow * kWidth)));
            });
        } else {
            for (int r = 0; r < count; ++r) largest[r] = larger(largest[r], magnitude(load(in + r * kWidth)));
        }
    }
    scales_of(largest_lanes(largest), call.weights.input_limit, factors, scales);
    if constexpr (kNormed) {
        for (int r = 0; r < count; ++r)
            scales[r] /= __builtin_sqrtf(squares[r] / static_cast<float>(call.depth) + call.epsilon);
    }
    for (int r = 0; r < count; ++r) call.input_scales[first + r] = scales[r];
    for (int s16_block = 0; s16_block < s16_blocks; ++s16_block) {
        const float* from = call.in + static_cast<size_t>(first) * kWidth + 2 * s16_block * stride;
        const bool has_next = 2 * s16_block + 1 < blocks;
        int16_t* to =
            static_cast<int16_t*>(call.input) + (static_cast<size_t>(s16_block) * call.rows + first) * kS16Block;
        Vector gamma0 = all(1), gamma1 = all(1);
        if constexpr (kNormed) {
            const float* gamma = call.gamma + 2 * s16_block * kWidth;
            gamma0 = load(gamma);
            if (has_next) gamma1 = load(gamma + kWidth);
        }
        for (int r = 0; r < count; ++r) {
            Vector x = load(from + r * kWidth), y = has_next ? load(from + stride + r * kWidth) : Vector{};
            if constexpr (kNormed) x *= gamma0, y *= gamma1;
            store_s16_block(to + r * kS16Block, x * factors[r], y * factors[r]);
        }
    }
}

// Rows whose results wait in the first-level cache until their epilogue is done for all of them.
constexpr int kS16RowsToFinish = 8 * kMaxIntegerRows;

// Quantized rows [first, first + rows) times all panels, with the epilogue: within the micro-kernel where it is no more
// than a factor and an addend for each result.
void gemm_s16_rows(const LinearCall& call, int first, int rows) {
    const int s16_blocks = s16_blocks_of(call.depth, kWidth);
    const size_t stride = static_cast<size_t>(call.rows) * kS16Block,
                 block_stride = static_cast<size_t>(call.rows) * kWidth;
    const int tiles = even_parts<kMaxIntegerRows>(rows);
    const EpilogueCall& out = call.out;
    const bool in_micro_kernel = out.vector == nullptr && out.activated == nullptr;  // as most layers are
    Vector results[kPanelVectors * kS16RowsToFinish];
    constexpr size_t kResultStride = static_cast<size_t>(kS16RowsToFinish) * kWidth;
    for (int vector = 0; vector < call.vectors; vector += kPanelVectors) {
        const int vectors = min_of(kPanelVectors, call.vectors - vector);
        const int16_t* weights = static_cast<const int16_t*>(call.weights.values) +
                                 static_cast<size_t>(vector) * s16_blocks * kWidth * kS16Block;
        const float* column_scales = call.weights.scales + vector * kWidth;
        int row = first, waiting = 0;
        for (int tile = 0; tile < tiles; ++tile) {
            const int count = even_part_size(rows, tiles, tile);
            TileOutput to{reinterpret_cast<float*>(results + waiting), kResultStride};
            if (in_micro_kernel) {
                const size_t at = vector * block_stride + static_cast<size_t>(row) * kWidth;
                to = {out.raw + at, block_stride, out.multiplier == nullptr ? nullptr : out.multiplier + at,
                      out.residual == nullptr ? nullptr : out.residual + at};
            }
            kS16Tiles.of[vectors - 1][count - 1](
                static_cast<int16_t*>(call.input) + static_cast<size_t>(row) * kS16Block, stride, weights, s16_blocks,
                call.input_scales + row, column_scales, to);
            row += count, waiting += count;
            if (!in_micro_kernel && (waiting > kS16RowsToFinish - kMaxIntegerRows || tile == tiles - 1)) {
                for (int v = 0; v < vectors; ++v) {
                    finish_rows(out, vector + v, row - waiting, waiting, results + v * kS16RowsToFinish);
                }
            }
            if (waiting > kS16RowsToFinish - kMaxIntegerRows) waiting = 0;
        }
    }
}

void gemm_s16(const LinearCall& call) {
    const int together = s16_rows_together(call);
    for (int first = 0; first < call.rows; first += together) {
        const int rows = min_of(together, call.rows - first);
        if (!call.input_ready) {
            const auto quantize_rows = call.gamma == nullptr ? quantize_s16_rows<false> : quantize_s16_rows<true>;
            for (int row = 0; row < rows; row += kWidth) quantize_rows(call, first + row, min_of(kWidth, rows - row));
        }
        gemm_s16_rows(call, first, rows);
    }
}

InputRoom gemm_s16_room(const LinearCall& call) {
    const auto rows = static_cast<size_t>(call.rows);
    return {rows * s16_blocks_of(call.depth, kWidth) * kS16Block * sizeof(int16_t), rows};
}

constexpr LinearKernel kGemmS16 = {
    .name = "gemm_s16",
    .layer = LinearLayer::Gemm,
    .arithmetic = Arithmetic::Int16,
    .input = InputForm::Int16Rows,
    .accepts = accepts_all,
    .weight_bytes = {2, 1},
    .packed_size = gemm_s16_size,
    .pack = pack_gemm_s16,
    .input_room = gemm_s16_room,
    .scratch_floats = no_scratch,
    .run = gemm_s16,
    .takes_norm = true,
};

}  // namespace

}  // namespace katago::cpu

#endif
