// SPDX-License-Identifier: MIT
#pragma once

#include "backend/cpu/simd/vector.h"

namespace katago::cpu {

namespace {

// The micro-kernels of a gemm by the shape of their tile: a micro-kernel keeps its sums in registers, so each shape is
// a function of its own.
template <class MicroKernel, int kMostVectors, int kMostRows>
struct TileTable {
    MicroKernel of[kMostVectors][kMostRows];  // [vectors - 1][rows - 1]
};
// choose(rows, vectors) names the micro-kernel of a shape, two Constants.
template <class MicroKernel, int kMostVectors, int kMostRows, class Choose>
constexpr TileTable<MicroKernel, kMostVectors, kMostRows> make_tile_table(Choose choose) {
    TileTable<MicroKernel, kMostVectors, kMostRows> table{};
    unroll<kMostVectors>([&](auto v) {
        unroll<kMostRows>([&](auto r) {
            constexpr int kVectors = decltype(v)::value + 1, kRows = decltype(r)::value + 1;
            table.of[kVectors - 1][kRows - 1] = choose(Constant<kRows>{}, Constant<kVectors>{});
        });
    });
    return table;
}

// Rows, or vectors, in as few parts of at most kMost as possible, of sizes as equal as possible: 25 rows are 13 + 12,
// not 14 + 11.
template <int kMost>
KERNEL_INLINE constexpr int even_parts(int all) {
    return (all + kMost - 1) / kMost;
}
KERNEL_INLINE constexpr int even_part_size(int all, int parts, int part) {
    return all / parts + (part < all % parts ? 1 : 0);
}

}  // namespace

}  // namespace katago::cpu
