// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "backend/cpu/ops/gemm_f16.h"
#include "backend/cpu/ops/winograd_f16_row.h"
#include "backend/cpu/ops/winograd_tiles.h"
#include "backend/cpu/simd/fp16_storage.h"
#include "backend/cpu/simd/vector.h"
#include "backend/cpu/simd/vector_f16.h"

#if defined(__ARM_FEATURE_FP16_VECTOR_ARITHMETIC)

namespace katago::cpu {

namespace {

// The gemms of winograd_f16 on Armv8.2-A cores with FP16 arithmetic: those of gemm_f16.

// The transform of weights along tile rows. Weights of large convolutions are transformed along one axis when they are
// packed, and along the other whenever they are needed: half as many are read from memory, which is what these cores
// wait for. Of the six positions of a tile row those at 0 and infinity are the first and the last of its three weights;
// this makes the other four, [4][count][8] from [3][count][8]. Their factors are exact in FP16, since norms are left to
// the output's transform.
constexpr int kMadePositions = kTileEdge - 2;
void transform_f16_weights(const int16_t* weights, size_t count, int16_t* out) {
    const size_t plane = count * kFp16Width;
    const auto factor = [](float x) KERNEL_LAMBDA { return Fp16x8{vdupq_n_f16(static_cast<float16_t>(x))}; };
    const Fp16x8 a = factor(kA), a2 = factor(kA2), b = factor(kB), b2 = factor(kB2);
    for (const int16_t* const end = weights + plane; weights < end; weights += 2 * kFp16Width, out += 2 * kFp16Width) {
        const int16_t* const next = weights + kFp16Width;
        const Fp16x8 g1 = load_fp16x8(weights + plane), next_g1 = load_fp16x8(next + plane);
        const Fp16x8 g2 = load_fp16x8(weights + 2 * plane), next_g2 = load_fp16x8(next + 2 * plane);
        const auto make_pair = [&](Fp16x8 p, Fp16x8 p2, int16_t* to) KERNEL_LAMBDA {
            const auto even_of = [&](const int16_t* g0, Fp16x8 last) KERNEL_LAMBDA {
                return Fp16x8{vfmaq_f16(start_from(*reinterpret_cast<const Fp16x8*>(g0)).v, last.v, p2.v)};
            };
            const Fp16x8 even = even_of(weights, g2), next_even = even_of(next, next_g2);
            store_fp16x8_pair(to, {vfmaq_f16(even.v, g1.v, p.v)}, {vfmaq_f16(next_even.v, next_g1.v, p.v)});
            store_fp16x8_pair(to + plane, {vfmsq_f16(even.v, g1.v, p.v)}, {vfmsq_f16(next_even.v, next_g1.v, p.v)});
        };
        make_pair(a, a2, out);
        make_pair(b, b2, out + 2 * plane);
    }
}

// The gemms of one tile row. At each position the inputs stay in the first-level cache while they are multiplied by one
// panel after another.
KERNEL_INLINE void gemm_f16_tile_row(const F16TileRow& tile_row, const int16_t* in, const int16_t* weights,
                                     int16_t* gemm_results, float* scratch) {
    const size_t depth = tile_row.blocks * kFp16Width, plane = depth * kFp16Width;
    const int stored = tile_row.one_axis ? 3 : kTileEdge;
    int16_t* const made = reinterpret_cast<int16_t*>(scratch);
    if (tile_row.one_axis) {
        for (size_t panel = 0; panel < tile_row.count; ++panel) {
            transform_f16_weights(tile_row.weights(weights, panel, stored), depth,
                                  made + panel * kMadePositions * plane);
        }
    }
    for (int column = 0; column < kTileEdge; ++column) {
        for (size_t panel = 0; panel < tile_row.count; ++panel) {
            const int16_t* b =
                tile_row.weights(weights, panel, stored) + (column == kTileEdge - 1 ? stored - 1 : column) * plane;
            if (tile_row.one_axis && column > 0 && column < kTileEdge - 1) {
                b = made + (panel * kMadePositions + column - 1) * plane;
            }
            gemm_panel_f16(in + tile_row.input_offset(column), tile_row.block_stride(), b,
                           static_cast<int>(tile_row.blocks), kFp16Width, tile_row.rows(column).count,
                           gemm_results + tile_row.result_offset(column, panel));
        }
    }
}
// The panels whose gemm results are transformed back before the next ones are computed: those then stay in the
// second-level cache, as the inputs do, which are read again.
constexpr size_t panels_together(size_t panels) {
    return panels < 3 ? panels : 3;
}
// The scratch memory of a tile row, in floats.
constexpr size_t f16_tile_row_floats(int blocks, int /* rows */, int panels) {
    return static_cast<size_t>(panels) * kMadePositions * blocks * kFp16Width * kFp16Width / 2;
}

}  // namespace

}  // namespace katago::cpu

#endif
