// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "backend/cpu/ops/gemm_s16.h"
#include "backend/cpu/ops/layout.h"
#include "backend/cpu/ops/linear.h"
#include "backend/cpu/ops/pack/pack.h"
#include "backend/cpu/ops/s16.h"
#include "backend/cpu/ops/winograd.h"
#include "backend/cpu/ops/winograd_s16.h"
#include "backend/cpu/ops/winograd_tiles.h"
#include "backend/cpu/simd/vector_s16.h"

#if defined(__SSE4_1__)

namespace katago::cpu {

namespace {

// winograd_s16_plain: winograd_s16 for processors whose caches do not hold a network's transformed weights. Its weights
// are those of the convolution, a quarter of the bytes; each panel's are transformed in every evaluation, in 16-bit
// integers, for two tile rows of positions at a time, so that they are in the second-level cache when they are
// multiplied.
//
// A column of weights has one scale, with which nothing overflows on the way. Rows are transformed without norms, those
// at +-B as (1/B^2, +-1/B, 1), so that no factor exceeds 1. Each position is then brought to the scale of its own that
// sums of products allow, by a fraction. A panel is
//   fractions   [position][panel width][2], in units of 2^-15; the two of a pair are equal
//   weights     [pairs of inputs][9][panel width][2], the pairs of s16.h

// A fraction of 1 in units of 2^-15.
constexpr int16_t fraction_of(float x) {
    return static_cast<int16_t>(x * 32768 + 0.5f);
}
constexpr int16_t kFractionA = fraction_of(kWinogradPointA), kFractionA2 = fraction_of(kA2);
constexpr int16_t kFraction1B = fraction_of(1 / kWinogradPointB), kFraction1B2 = fraction_of(1 / kB2);

// The two results at +-A, or at +-B.
KERNEL_INLINE void transform_at_a(ShortLanes g0, ShortLanes g1, ShortLanes g2, ShortLanes* out) {
    const ShortLanes even = g0 + times_fraction(g2, all_shorts(kFractionA2));
    const ShortLanes odd = times_fraction(g1, all_shorts(kFractionA));
    out[0] = even + odd, out[1] = even - odd;
}
KERNEL_INLINE void transform_at_b(ShortLanes g0, ShortLanes g1, ShortLanes g2, ShortLanes* out) {
    const ShortLanes even = g2 + times_fraction(g0, all_shorts(kFraction1B2));
    const ShortLanes odd = times_fraction(g1, all_shorts(kFraction1B));
    out[0] = even + odd, out[1] = even - odd;
}
KERNEL_INLINE void transform_shorts_1d(const ShortLanes* g, ShortLanes* out) {
    out[0] = g[0], out[5] = g[2];
    transform_at_a(g[0], g[1], g[2], out + 1);
    transform_at_b(g[0], g[1], g[2], out + 3);
}

// Tile rows are made two at a time: 0 and infinity, A and -A, B and -B.
constexpr int kShortRowPairs = 3, kShortRows = 2;
constexpr int kShortRowPair[kShortRowPairs][kShortRows] = {{0, 5}, {1, 2}, {3, 4}};
constexpr int kShortPositions = kShortRows * kTileEdge;

// The integers from one position's transformed weights to the next: not a power of two, or all would share a cache set.
constexpr size_t short_stride(size_t depth, size_t columns) {
    return depth * columns + 96;
}

// Transforms a panel's weights to the positions of one pair of tile rows, each a packed panel.
template <int kPair>
void transform_short_weights(const int16_t* fractions, const int16_t* weights, size_t depth, int vectors,
                             int16_t* out) {
    const size_t row = static_cast<size_t>(vectors) * kS16Block, stride = short_stride(depth, row / 2);
    for (size_t pair = 0; pair < depth / 2; ++pair) {
        for (int vector = 0; vector < vectors; ++vector, out += kS16Block) {
            const int16_t* g = weights + pair * 9 * row + vector * kS16Block;
            ShortLanes rows[kShortRows][3];
            unroll<3>([&](auto x) KERNEL_LAMBDA {
                constexpr int kX = decltype(x)::value;
                const ShortLanes g0 = load_shorts(g + kX * row), g2 = load_shorts(g + (6 + kX) * row);
                ShortLanes results[kShortRows] = {g0, g2};
                if constexpr (kPair == 1) transform_at_a(g0, load_shorts(g + (3 + kX) * row), g2, results);
                if constexpr (kPair == 2) transform_at_b(g0, load_shorts(g + (3 + kX) * row), g2, results);
                rows[0][kX] = results[0], rows[1][kX] = results[1];
            });
            unroll<kShortRows>([&](auto y) KERNEL_LAMBDA {
                constexpr int kY = decltype(y)::value;
                ShortLanes positions[kTileEdge];
                transform_shorts_1d(rows[kY], positions);
                unroll<kTileEdge>([&](auto x) KERNEL_LAMBDA {
                    constexpr int kX = decltype(x)::value, kPosition = kShortRowPair[kPair][kY] * kTileEdge + kX;
                    const ShortLanes fraction = load_shorts(fractions + kPosition * row + vector * kS16Block);
                    store_shorts(out + (kY * kTileEdge + kX) * stride, times_fraction(positions[kX], fraction));
                });
            });
        }
    }
}

// Fetches one of kWinogradPositions parts of a panel's weights into the second-level cache.
KERNEL_INLINE void fetch_plain_weights(const int16_t* weights, size_t depth, size_t columns, int part) {
    constexpr size_t kIntegersOfCacheLine = 32;
    const size_t lines = (depth * 9 * columns + kIntegersOfCacheLine - 1) / kIntegersOfCacheLine;
    const size_t end = lines * (part + 1) / kWinogradPositions;
    for (size_t line = lines * part / kWinogradPositions; line < end; ++line)
        __builtin_prefetch(weights + line * kIntegersOfCacheLine, 0, 2);
}

// The gemms of one panel at all positions; their results are [position][vector][rows][width]. Between them the weights
// of the next panel are fetched: they come from memory, as a rule, and transforming them would wait for it.
void gemm_s16_plain_positions(const LinearCall& call, const TileGrid& grid, size_t samples, int vector, int vectors,
                              int16_t* transformed, float* gemm_results) {
    const size_t depth = static_cast<size_t>(s16_blocks_of(call.depth, kWidth)) * kS16Block;
    const size_t columns = static_cast<size_t>(vectors) * kWidth, first = static_cast<size_t>(vector) * kWidth;
    const size_t result_stride = columns * samples * grid.per_board;
    const int16_t* fractions =
        static_cast<const int16_t*>(call.weights.values) + first * (depth * 9 + 2 * kWinogradPositions);
    const int16_t* weights = fractions + kWinogradPositions * 2 * columns;
    const float* scales = call.weights.scales + first * kWinogradPositions;
    const int16_t* next = weights + depth * 9 * columns;  // its fractions first
    unroll<kShortRowPairs>([&](auto pair) KERNEL_LAMBDA {
        constexpr int kPair = decltype(pair)::value;
        transform_short_weights<kPair>(fractions, weights, depth, vectors, transformed);
        for (int p = 0; p < kShortPositions; ++p) {
            const int position = kShortRowPair[kPair][p / kTileEdge] * kTileEdge + p % kTileEdge;
            fetch_plain_weights(next, depth, columns, kPair * kShortPositions + p);
            gemm_s16_position(call, grid, samples, position, vectors, transformed + p * short_stride(depth, columns),
                              scales + position * columns, gemm_results + position * result_stride);
        }
    });
}

// The transformed weights of a pair of tile rows, in floats.
size_t short_weights_floats(int depth) {
    return kShortPositions *
           short_stride(static_cast<size_t>(s16_blocks_of(depth, kWidth)) * kS16Block, kPanelVectors * kWidth) / 2;
}

void winograd_s16_plain(const LinearCall& call) {
    float* const transformed = call.scratch + s16_results_floats(call);
    winograd_s16_by_panels(call, transformed + short_weights_floats(call.depth),
                           [&](const TileGrid& grid, size_t samples, int vector, int vectors, float* results)
                               KERNEL_LAMBDA {
                                   gemm_s16_plain_positions(call, grid, samples, vector, vectors,
                                                            reinterpret_cast<int16_t*>(transformed), results);
                               });
}

size_t winograd_s16_plain_scratch(const LinearCall& call) {
    return winograd_s16_scratch(call) + short_weights_floats(call.depth);
}

constexpr LinearKernel kWinogradS16Plain = {
    .name = "winograd_s16_plain",
    .layer = LinearLayer::Conv3x3,
    .arithmetic = Arithmetic::Int16,
    .input = InputForm::Int16Tiles,
    .accepts = accepts_all,
    .weight_bytes = {2, 1},
    .packed_size = winograd_s16_plain_size,
    .pack = pack_winograd_s16_plain,
    .input_room = winograd_s16_room,
    .scratch_floats = winograd_s16_plain_scratch,
    .run = winograd_s16_plain,
};

}  // namespace

}  // namespace katago::cpu

#endif
