// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "backend/cpu/ops/epilogue_f32.h"
#include "backend/cpu/ops/layout.h"
#include "backend/cpu/ops/linear.h"
#include "backend/cpu/ops/pack/pack.h"
#include "backend/cpu/simd/tiles.h"
#include "backend/cpu/simd/vector.h"

namespace katago::cpu {

namespace {

// gemm_f32: a gemm of floats, on every processor. Inputs are blocks of [rows][width] as values are stored, weights are
// packed panels of one or two vectors of outputs (layout.h). A micro-kernel computes a tile of kRows rows by one panel
// over the whole K dimension with its sums in registers, so that every input and every weight that is loaded serves
// many multiply-adds.

#if defined(__ARM_NEON)
using FloatPair = float __attribute__((vector_size(8), may_alias));
#endif

#if defined(__aarch64__)
// Four steps along the K dimension: sum[kRows][kVectors] += a[kRows, 4] * b[4, kVectors]. Single lanes of the registers
// of inputs multiply whole vectors of weights; compilers left to themselves load each input alone. Two rows at a time
// leave registers for all the weights, and are as many independent accumulators as it takes to hide the latency.
template <int kRows, int kVectors>
KERNEL_INLINE void accumulate_four(const float* a, const float* b, Vector (&sum)[kRows][kVectors]) {
    float32x4_t weights[4][kVectors];
    unroll<4 * kVectors>([&](auto i) KERNEL_LAMBDA {
        constexpr int kIndex = decltype(i)::value;
        weights[kIndex / kVectors][kIndex % kVectors] = vld1q_f32(b + kIndex * kWidth);
    });
    unroll<(kRows + 1) / 2>([&](auto pair) KERNEL_LAMBDA {
        constexpr int kFirst = 2 * decltype(pair)::value, kTogether = kFirst + 1 < kRows ? 2 : 1;
        asm volatile("");  // GCC loads no input across this: loading all of them first, it would have to spill sums
        float32x4_t x[kTogether];
        unroll<kTogether>(
            [&](auto r) KERNEL_LAMBDA { x[decltype(r)::value] = vld1q_f32(a + (kFirst + decltype(r)::value) * 4); });
        unroll<4>([&](auto k) KERNEL_LAMBDA {
            unroll<kTogether * kVectors>([&](auto i) KERNEL_LAMBDA {
                constexpr int kRow = decltype(i)::value / kVectors, kVector = decltype(i)::value % kVectors;
                constexpr int kLane = decltype(k)::value;
                Vector& y = sum[kFirst + kRow][kVector];
                y = reinterpret_cast<Vector>(
                    vfmaq_laneq_f32(reinterpret_cast<float32x4_t>(y), weights[kLane][kVector], x[kRow], kLane));
            });
        });
    });
}
#elif defined(__ARM_NEON)
// The same on 32-bit Arm, which has half the registers, and lanes as operands of those multiply-adds alone that round
// twice: inputs are loaded two at a time, and the weights of one input.
template <int kRows, int kVectors>
KERNEL_INLINE void accumulate_four(const float* a, const float* b, Vector (&sum)[kRows][kVectors]) {
    unroll<2>([&](auto half) KERNEL_LAMBDA {
        float32x2_t x[kRows];
        unroll<kRows>([&](auto r) KERNEL_LAMBDA {
            constexpr int kRow = decltype(r)::value, kHalf = decltype(half)::value;
            x[kRow] = reinterpret_cast<float32x2_t>(*reinterpret_cast<const FloatPair*>(a + kRow * 4 + 2 * kHalf));
        });
        unroll<2 * kVectors>([&](auto i) KERNEL_LAMBDA {
            constexpr int kLane = decltype(i)::value / kVectors, kVector = decltype(i)::value % kVectors;
            const float32x4_t weights = vld1q_f32(b);
            b = next_address(b, kWidth);
            unroll<kRows>([&](auto r) KERNEL_LAMBDA {
                Vector& y = sum[decltype(r)::value][kVector];
                y = reinterpret_cast<Vector>(
                    vmlaq_lane_f32(reinterpret_cast<float32x4_t>(y), weights, x[decltype(r)::value], kLane));
            });
        });
    });
}
#endif

// The micro-kernel: c[kRows][kVectors] (+)= a[kRows, depth] * b[depth, kVectors]
//   a   blocks of [rows][width], a_stride floats apart
//   b   a packed panel
//   c   rows kWidth floats apart, vectors c_stride floats apart
template <int kRows, int kVectors>
void gemm_tile_f32(const float* a, size_t a_stride, const float* b, int depth, float* c, size_t c_stride,
                   bool accumulate) {
    Vector sum[kRows][kVectors];
    unroll<kRows * kVectors>([&](auto i) KERNEL_LAMBDA {
        constexpr int kRow = decltype(i)::value / kVectors, kVector = decltype(i)::value % kVectors;
        sum[kRow][kVector] = accumulate ? load(c + kVector * c_stride + kRow * kWidth) : Vector{};
    });
    const auto multiply = [&](int k) KERNEL_LAMBDA {
        Vector weights[kVectors];
        unroll<kVectors>([&](auto v) KERNEL_LAMBDA {
            weights[decltype(v)::value] = load(b + (k * kVectors + decltype(v)::value) * kWidth);
        });
        unroll<kRows>([&](auto r) KERNEL_LAMBDA {
            constexpr int kRow = decltype(r)::value;
            const float x = a[kRow * kWidth + k];
            unroll<kVectors>([&](auto v)
                                 KERNEL_LAMBDA { sum[kRow][decltype(v)::value] += x * weights[decltype(v)::value]; });
        });
    };
#if defined(__ARM_NEON)
    for (; depth >= kWidth; depth -= kWidth) {
        accumulate_four<kRows, kVectors>(a, b, sum);
        a += a_stride;
        b += 4 * kVectors * kWidth;
    }
#else
    for (; depth >= kWidth; depth -= kWidth) {
        for (int k = 0; k < kWidth; k += 4) {
            multiply(0);
            multiply(1);
            multiply(2);
            multiply(3);
            a += 4;
            b += 4 * kVectors * kWidth;
        }
        a += a_stride - kWidth;
    }
#endif
    for (; depth > 0; --depth) {
        multiply(0);
        a += 1;
        b += kVectors * kWidth;
    }
    unroll<kRows * kVectors>([&](auto i) KERNEL_LAMBDA {
        constexpr int kRow = decltype(i)::value / kVectors, kVector = decltype(i)::value % kVectors;
        store(c + kVector * c_stride + kRow * kWidth, sum[kRow][kVector]);
    });
}

using F32Tile = void (*)(const float*, size_t, const float*, int, float*, size_t, bool);
constexpr auto kF32Tiles = make_tile_table<F32Tile, kPanelVectors, kMaxRows>(
    [](auto rows, auto vectors) { return gemm_tile_f32<decltype(rows)::value, decltype(vectors)::value>; });

// The tiles of even_parts(), divided once: loops over many panels ask for the size of each again and again.
struct RowTiles {
    explicit RowTiles(int rows)
        : count((rows + kMaxRows - 1) / kMaxRows), base(count == 0 ? 0 : rows / count), longer(rows - base * count) {}
    int count, base, longer;
    int size(int tile) const { return base + (tile < longer ? 1 : 0); }
};

// c = a * b (or c +=) for all rows of one panel: c in blocks of [rows][width], c_stride floats from vector to vector.
KERNEL_INLINE void gemm_panel_f32(const float* a, size_t a_stride, const float* b, int depth, int vectors, int rows,
                                  float* c, size_t c_stride, bool accumulate) {
    const RowTiles tiles(rows);
    const F32Tile* table = kF32Tiles.of[vectors - 1];
    for (int tile = 0; tile < tiles.count; ++tile) {
        const int count = tiles.size(tile);
        table[count - 1](a, a_stride, b, depth, c, c_stride, accumulate);
        a += count * kWidth;
        c += count * kWidth;
    }
}

// The second-level cache of one core, as far as a gemm may count on it: cores of a Raspberry Pi 4 share one of 1 MB,
// others have at least 256 kB (Arm) or 1 MB (x86) each.
#if defined(__aarch64__)
constexpr size_t kCacheBytes = size_t{256} << 10;
#else
constexpr size_t kCacheBytes = size_t{1} << 20;
#endif
// The rows of so many bytes that fill half of that cache, in whole tiles.
KERNEL_INLINE int rows_in_cache(size_t row_bytes, int tile_rows) {
    const int tiles = static_cast<int>(kCacheBytes / 2 / row_bytes) / tile_rows;
    return (tiles > 0 ? tiles : 1) * tile_rows;
}

// Rows are taken in parts that stay in the cache: each part meets all panels before the next one does.
void gemm_f32(const LinearCall& call) {
    const size_t stride = static_cast<size_t>(call.rows) * kWidth;
    const int part = rows_in_cache(static_cast<size_t>(call.depth) * sizeof(float), kMaxRows);
    for (int first = 0; first < call.rows; first += part) {
        const RowTiles tiles(min_of(part, call.rows - first));
        for (int vector = 0; vector < call.vectors; vector += kPanelVectors) {
            const int vectors = min_of(kPanelVectors, call.vectors - vector);
            const float* weights =
                static_cast<const float*>(call.weights.values) + static_cast<size_t>(vector) * call.depth * kWidth;
            size_t row = first;
            for (int tile = 0; tile < tiles.count; ++tile) {
                const int count = tiles.size(tile);
                Vector results[kPanelVectors * kMaxRows];
                kF32Tiles.of[vectors - 1][count - 1](call.in + row * kWidth, stride, weights, call.depth,
                                                     reinterpret_cast<float*>(results), count * kWidth, false);
                for (int v = 0; v < vectors; ++v) finish_rows(call.out, vector + v, row, count, results + v * count);
                row += count;
            }
        }
    }
}

constexpr LinearKernel kGemmF32 = {
    .name = "gemm_f32",
    .layer = LinearLayer::Gemm,
    .arithmetic = Arithmetic::Fp32,
    .input = InputForm::AsStored,
    .accepts = accepts_all,
    .weight_bytes = {4, 1},
    .packed_size = gemm_f32_size,
    .pack = pack_gemm_f32,
    .input_room = no_input_room,
    .scratch_floats = no_scratch,
    .run = gemm_f32,
};

}  // namespace

}  // namespace katago::cpu
