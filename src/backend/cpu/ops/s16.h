// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace katago::cpu {

// The layouts of gemms of 16-bit integers. Each row of floats is divided by a scale of its own, so that its largest
// value becomes the limit of the layer, and rounded to 16 bits; each column of weights (an output channel; for
// Winograd, of one tile position) has a scale too, the finest with which 32-bit sums cannot overflow. Sums times both
// scales are floats again. Inputs lie in channel blocks of two vectors, [blocks][rows][2 * width], in the order that
// packing two vectors gives: four channels of the first vector, four of the second, and so on. Weights are packed in
// panels as floats are, but two inputs that are neighbours in that order lie beside each other:
//   [panel][blocks * width][kPanelVectors * width][2]
[[gnu::always_inline]] constexpr int s16_blocks_of(int channels, int width) {
    return (channels + 2 * width - 1) / (2 * width);
}

// Where 16-bit integers stand beside floats (gemm_s16f32.h), the weights of some columns stay floats, which the floats
// of the inputs are multiplied with: those of the last vector of each panel, which here has three vectors, or the one
// or two that are left. Of each input a panel has the integers of its other vectors, then the floats of this one, each
// in the place of two integers:
//   [panel][depth, up to whole vectors][(kS16F32PanelVectors + 1) * width]
// Inputs are rounded anew in every call, a few rows at a time: of prepared ones only the scales are kept.
inline constexpr int kS16F32PanelVectors = 3;
// The 16-bit words that the weights of each input take, of `vectors` vectors of columns.
[[gnu::always_inline]] constexpr size_t s16f32_numbers(int vectors, int width) {
    const int panels = (vectors + kS16F32PanelVectors - 1) / kS16F32PanelVectors;
    return static_cast<size_t>((vectors + panels) * width);
}

}  // namespace katago::cpu
