// SPDX-License-Identifier: MIT
#pragma once

namespace katago::cpu {

// The layout of values in memory. A value of C channels is
//   [ceil(C / width)][rows][width]
// with `width` the floats of one vector and rows = batch * points (points = the board's area, or 1 for a vector). So a
// kernel that multiplies a few rows by weights finds the same channel of the next row at a constant distance, and never
// meets a fraction of a vector: the lanes beyond C hold zeros. A "block" is one [rows][width] slice.
//
// Weights of a gemm of `depth` inputs are packed in panels of kPanelVectors vectors of outputs,
//   [panel][depth][kPanelVectors * width]
// where the last panel has one vector when their number is odd. The vector v, even, thus starts at v * depth * width.
inline constexpr int kPanelVectors = 2;

// FP16 operands lie in channel blocks of so many, and their weights in panels of so many outputs.
inline constexpr int kFp16Block = 8;

// The blocks of a value, padding included.
[[gnu::always_inline]] constexpr int vectors_of(int channels, int width) {
    return (channels + width - 1) / width;
}

}  // namespace katago::cpu
