// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "backend/cpu/ops/epilogue.h"
#include "backend/cpu/ops/epilogue_f32.h"
#include "backend/cpu/ops/linear.h"
#include "backend/cpu/ops/winograd.h"
#include "backend/cpu/simd/vector.h"

namespace katago::cpu {

namespace {

// The transforms of Winograd convolutions of all precisions, and the order of their tiles. F(4x4, 3x3) is computed with
// the points 0, +-5/8, +-3/2 and infinity, whose rounding errors are half those of 0, +-1, +-2. Along one axis, with p
// the points:
//   inputs d    become the coefficients of d at the polynomials prod_{j != i}(x - p_j)
//   weights g   become g(p_i) / prod_{j != i}(p_i - p_j)
//   outputs     are the sums of products times p_i^k

constexpr float kA = kWinogradPointA, kB = kWinogradPointB, kA2 = kA * kA, kB2 = kB * kB;
constexpr int kTileEdge = kWinogradTile + 2;

// The transform of six inputs along one axis. kInMemory: d lies in memory, so the addends of multiply-adds can be
// loaded again: see start_from().
template <bool kInMemory>
KERNEL_INLINE void transform_input_1d(const Vector* d, int step, Vector* out, int out_step) {
    const auto start = [&](int i) KERNEL_LAMBDA {
        if constexpr (kInMemory) return start_from(d[i * step]);
        return d[i * step];
    };
    const Vector d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step];
    const Vector even_a = start(4) - d2 * kB2, odd_a = start(3) - d1 * kB2;
    const Vector even_b = start(4) - d2 * kA2, odd_b = start(3) - d1 * kA2;
    out[0] = start(4) - d2 * (kA2 + kB2) + d0 * (kA2 * kB2);
    out[out_step] = even_a + odd_a * kA;
    out[2 * out_step] = even_a - odd_a * kA;
    out[3 * out_step] = even_b + odd_b * kB;
    out[4 * out_step] = even_b - odd_b * kB;
    out[5 * out_step] = start(5) - d3 * (kA2 + kB2) + d1 * (kA2 * kB2);
}

// The norms that weights are divided by, of the points 0, +-A and +-B; that of infinity is 1.
constexpr float kNorm0 = 1 / (kA2 * kB2), kNormA = 1 / (2 * kA2 * (kA2 - kB2)), kNormB = 1 / (2 * kB2 * (kB2 - kA2));

// The transform of six gemm results to four outputs along one axis. kUnnormed: the weights were not divided by the
// norms.
template <bool kUnnormed>
KERNEL_INLINE void transform_output_1d(const Vector* m, int step, Vector* out, int out_step) {
    constexpr float k0 = kUnnormed ? kNorm0 : 1, kOfA = kUnnormed ? kNormA : 1, kOfB = kUnnormed ? kNormB : 1;
    const Vector m0 = m[0], m1 = m[step], m2 = m[2 * step], m3 = m[3 * step], m4 = m[4 * step], m5 = m[5 * step];
    const Vector sum_a = m1 + m2, difference_a = m1 - m2, sum_b = m3 + m4, difference_b = m3 - m4;
    out[0] = m0 * k0 + sum_a * kOfA + sum_b * kOfB;
    out[out_step] = difference_a * (kA * kOfA) + difference_b * (kB * kOfB);
    out[2 * out_step] = sum_a * (kA2 * kOfA) + sum_b * (kB2 * kOfB);
    out[3 * out_step] = m5 + difference_a * (kA2 * kA * kOfA) + difference_b * (kB2 * kB * kOfB);
}

// The transform of three weights along one axis.
KERNEL_INLINE void transform_weight_1d(Vector g0, Vector g1, Vector g2, Vector* out, int out_step) {
    const Vector even_a = g0 * kNormA + g2 * (kA2 * kNormA), even_b = g0 * kNormB + g2 * (kB2 * kNormB);
    out[0] = g0 * kNorm0;
    out[out_step] = even_a + g1 * (kA * kNormA);
    out[2 * out_step] = even_a - g1 * (kA * kNormA);
    out[3 * out_step] = even_b + g1 * (kB * kNormB);
    out[4 * out_step] = even_b - g1 * (kB * kNormB);
    out[5 * out_step] = g2;
}

// Consecutive rows of a gemm.
struct RowRange {
    int first, count;
};

// The tiles of one board, and of those samples whose tiles are the rows of the same gemms. The positions at infinity
// count only for the last row or column of a tile, and tiles at the edge, where the board is not a multiple of a tile,
// need none: of 19x19 that is one multiplication in fifteen. So tiles come in the order of kGroups, in which those that
// need a position follow each other.
struct TileGrid {
    // The rows of a gemm that are enough: more gain nothing, and the transformed inputs would leave the cache.
    static constexpr int kEnoughRows = 100;

    TileGrid(int board_height, int board_width, size_t batch, int enough_rows = kEnoughRows)
        : height(board_height),
          width(board_width),
          down((height + kWinogradTile - 1) / kWinogradTile),
          across((width + kWinogradTile - 1) / kWinogradTile),
          per_board(down * across) {
        const size_t wanted = enough_rows > per_board ? enough_rows / per_board : 1;
        samples = wanted < batch ? wanted : batch;
    }
    int height, width, down, across, per_board;
    size_t samples;
    int rows() const { return static_cast<int>(samples) * per_board; }

    // Calls body(sample, tile_y, tile_x) for the tiles of `count` samples in the order of their rows.
    template <class Body>
    KERNEL_INLINE void for_each_tile(size_t first_sample, size_t count, const Body& body) const {
        for (const Group& group : kGroups) {
            for (size_t sample = first_sample; sample < first_sample + count; ++sample) {
                for (int y = group.cut_y ? whole_down() : 0; y < (group.cut_y ? down : whole_down()); ++y) {
                    for (int x = group.cut_x ? whole_across() : 0; x < (group.cut_x ? across : whole_across()); ++x) {
                        body(sample, y, x);
                    }
                }
            }
        }
    }
    // Whether the last column of such a tile is off the board.
    bool is_cut(int tile_x) const { return tile_x >= whole_across(); }
    // The rows that need this position.
    KERNEL_INLINE RowRange rows_of(int position, size_t count) const {
        const bool last_y = position / kTileEdge == kTileEdge - 1, last_x = position % kTileEdge == kTileEdge - 1;
        const int boards = static_cast<int>(count), above = whole_down() * across, left = down * whole_across();
        const int whole = whole_down() * whole_across();
        const int first = last_y ? boards * (left - whole) : 0;
        return {first, boards * (last_y ? (last_x ? whole : above) : (last_x ? left : per_board))};
    }

  private:
    struct Group {
        bool cut_y, cut_x;  // tiles whose last row, or column, is off the board
    };
    static constexpr Group kGroups[] = {{true, false}, {false, false}, {false, true}, {true, true}};
    int whole_down() const { return height / kWinogradTile; }
    int whole_across() const { return width / kWinogradTile; }
};

// The transform of one input tile of one block: 6x6 points, of which those off the board count as zero.
//   board            the block's [points][width] of the sample
//   store_position   takes each result, as (position, Vector)
template <class Store>
KERNEL_INLINE void transform_input_tile(const float* board, const TileGrid& grid, int tile_y, int tile_x,
                                        const Store& store_position) {
    const int y0 = tile_y * kWinogradTile - 1, x0 = tile_x * kWinogradTile - 1;
    const bool inside = x0 >= 0 && x0 + kTileEdge <= grid.width;
    Vector columns[kTileEdge][kTileEdge];
    for (int i = 0; i < kTileEdge; ++i) {
        const int y = y0 + i;
        if (y < 0 || y >= grid.height) {
            unroll<kTileEdge>([&](auto j) KERNEL_LAMBDA { columns[i][decltype(j)::value] = Vector{}; });
            continue;
        }
        const float* row = board + (y * grid.width + x0) * kWidth;
        if (inside) {
            transform_input_1d<true>(reinterpret_cast<const Vector*>(row), 1, columns[i], 1);
            continue;
        }
        Vector points[kTileEdge];
        unroll<kTileEdge>([&](auto j) KERNEL_LAMBDA {
            constexpr int kColumn = decltype(j)::value;
            const int x = x0 + kColumn;
            points[kColumn] = x >= 0 && x < grid.width ? load(row + kColumn * kWidth) : Vector{};
        });
        transform_input_1d<false>(points, 1, columns[i], 1);
    }
    unroll<kTileEdge>([&](auto j) KERNEL_LAMBDA {
        constexpr int kColumn = decltype(j)::value;
        if (kColumn == kTileEdge - 1 && grid.is_cut(tile_x)) return;
        Vector transformed[kTileEdge];
        transform_input_1d<true>(columns[0] + kColumn, kTileEdge, transformed, 1);
        unroll<kTileEdge>([&](auto i) KERNEL_LAMBDA {
            constexpr int kRow = decltype(i)::value;
            store_position(kRow * kTileEdge + kColumn, transformed[kRow]);
        });
    });
}

// The transform of one output tile of one block, with its epilogue. load_position(p): the gemm's result at position p,
// a Vector. kUnnormed: the weights were not divided by the norms along tile rows.
template <bool kUnnormed = false, class Load>
KERNEL_INLINE void transform_output_tile(const EpilogueCall& out, const TileGrid& grid, const Load& load_position,
                                         size_t block, size_t sample, int tile_y, int tile_x) {
    Vector columns[kWinogradTile][kTileEdge];
    unroll<kTileEdge>([&](auto j) KERNEL_LAMBDA {
        constexpr int kColumn = decltype(j)::value;
        if (kColumn == kTileEdge - 1 && grid.is_cut(tile_x)) {
            unroll<kWinogradTile>([&](auto i) KERNEL_LAMBDA { columns[decltype(i)::value][kColumn] = Vector{}; });
            return;
        }
        Vector positions[kTileEdge];
        unroll<kTileEdge>([&](auto i) KERNEL_LAMBDA {
            constexpr int kRow = decltype(i)::value;
            positions[kRow] = load_position(kRow * kTileEdge + kColumn);
        });
        transform_output_1d<false>(positions, 1, columns[0] + kColumn, kTileEdge);
    });
    const int y0 = tile_y * kWinogradTile, x0 = tile_x * kWinogradTile;
    const int rows = min_of(kWinogradTile, grid.height - y0), count = min_of(kWinogradTile, grid.width - x0);
    const size_t first = (sample * grid.height + y0) * grid.width + x0;
    Vector results[kWinogradTile * kRunResults];
    unroll<kWinogradTile>([&](auto i) KERNEL_LAMBDA {
        constexpr int kRow = decltype(i)::value;
        transform_output_1d<kUnnormed>(columns[kRow], 1, results + kRow * kRunResults, 1);
    });
    finish_runs(out, block, {first, count, rows, static_cast<size_t>(grid.width)}, results);
}

// The transforms of the output tiles of one panel. gemm_results: [position][vector][rows][width]
void transform_outputs(const EpilogueCall& out, const TileGrid& grid, const float* gemm_results, size_t position_stride,
                       int first_vector, int vectors, size_t first_sample, size_t samples) {
    for (int v = 0; v < vectors; ++v) {
        grid.for_each_tile(first_sample, samples, [&](size_t sample, int y, int x) KERNEL_LAMBDA {
            transform_output_tile(
                out, grid, [&](int position) KERNEL_LAMBDA { return load(gemm_results + position * position_stride); },
                first_vector + v, sample, y, x);
            gemm_results += kWidth;
        });
    }
}

// The rows of the gemms of all positions together, at most.
KERNEL_INLINE size_t position_rows(const LinearCall& call) {
    return static_cast<size_t>(kWinogradPositions) * TileGrid(call.height, call.width, call.out.batch).rows();
}

}  // namespace

}  // namespace katago::cpu
