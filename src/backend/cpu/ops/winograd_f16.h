// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "backend/cpu/ops/linear.h"
#include "backend/cpu/ops/pack/pack.h"
#include "backend/cpu/ops/winograd.h"
#include "backend/cpu/ops/winograd_f16_native.h"
#include "backend/cpu/ops/winograd_f16_row.h"
#include "backend/cpu/ops/winograd_f16_widened.h"
#include "backend/cpu/ops/winograd_tiles.h"
#include "backend/cpu/simd/fp16_storage.h"
#include "backend/cpu/simd/vector.h"

#if defined(__aarch64__)

namespace katago::cpu {

namespace {

// winograd_f16: Winograd convolutions of FP16 operands, for Arm. On cores with FP16 arithmetic the gemms compute in it
// (winograd_f16_native.h); on others FP16 is the format of storage (winograd_f16_widened.h). One position of the tiles
// is multiplied after another, for all outputs of some panels: its inputs stay in the first-level cache and weights are
// read once, in order. Tiles are transformed in FP32, before they are rounded to FP16 and after: rounding every step of
// the transforms would add as much error again as the gemms have.

constexpr int kEnoughF16Rows = 50;  // of a gemm, as in winograd_s16

// Transforms the inputs to [position][channel block][rows][8].
void transform_f16_inputs(const LinearCall& call, const TileGrid& grid, size_t first_sample, size_t samples) {
    const size_t blocks = blocks_of(call.depth), fp16_blocks = fp16_blocks_of(call.depth);
    const size_t rows = samples * grid.per_board, points = static_cast<size_t>(grid.height) * grid.width;
    const size_t position_stride = fp16_blocks * rows * kFp16Width;
    for (size_t block = 0; block < 2 * fp16_blocks; ++block) {
        int16_t* out = static_cast<int16_t*>(call.input) + block / 2 * rows * kFp16Width + block % 2 * kWidth;
        if (block == blocks) {  // the last channel block has one block of floats
            for (size_t row = 0; row < rows; ++row, out += kFp16Width) {
                for (int p = 0; p < kWinogradPositions; ++p) store_fp16(out + p * position_stride, Vector{});
            }
            break;
        }
        grid.for_each_tile(first_sample, samples, [&](size_t sample, int y, int x) KERNEL_LAMBDA {
            transform_input_tile(call.in + (block * call.out.batch + sample) * points * kWidth, grid, y, x,
                                 [&](int position, Vector v)
                                     KERNEL_LAMBDA { store_fp16(out + position * position_stride, v); });
            out += kFp16Width;
        });
    }
}

// The memory of the gemms' results, in floats.
constexpr size_t f16_result_floats(int rows, int panels) {
    return static_cast<size_t>(kWinogradPositions) * panels * rows * kFp16Width / 2;
}

// The gemms' results are [position][panel of those together][rows][8].
void winograd_f16(const LinearCall& call) {
    const TileGrid grid(call.height, call.width, call.out.batch, kEnoughF16Rows);
    const size_t fp16_blocks = fp16_blocks_of(call.depth), panels = (call.vectors + 1) / 2;
    const size_t together = panels_together(panels);
    int16_t* gemm_results = reinterpret_cast<int16_t*>(call.scratch);
    float* scratch = call.scratch + f16_result_floats(grid.rows(), static_cast<int>(together));
    for (size_t first = 0; first < call.out.batch; first += grid.samples) {
        const size_t samples = first + grid.samples <= call.out.batch ? grid.samples : call.out.batch - first;
        const size_t rows = samples * grid.per_board;
        if (!call.input_ready || grid.samples < call.out.batch) {
            transform_f16_inputs(call, grid, first, samples);
        }
        for (size_t panel = 0; panel < panels; panel += together) {
            const size_t count = panel + together <= panels ? together : panels - panel;
            for (int tile_row = 0; tile_row < kTileEdge; ++tile_row) {
                gemm_f16_tile_row({grid, samples, call.weights.transform == WeightTransform::OneAxis, tile_row,
                                   fp16_blocks, panels, panel, count},
                                  static_cast<int16_t*>(call.input), static_cast<const int16_t*>(call.weights.values),
                                  gemm_results, scratch);
            }
            const int16_t* tile = gemm_results;
            const auto finish = [&](int vector, const int16_t* from, size_t sample, int y, int x) KERNEL_LAMBDA {
                transform_output_tile<true>(
                    call.out, grid,
                    [&](int position) KERNEL_LAMBDA { return load_fp16(from + position * count * rows * kFp16Width); },
                    vector, sample, y, x);
            };
            for (int vector = 2 * panel; vector < min_of(2 * (panel + count), call.vectors); vector += 2) {
                grid.for_each_tile(first, samples, [&](size_t sample, int y, int x) KERNEL_LAMBDA {
                    finish(vector, tile, sample, y, x);
                    if (vector + 1 < call.vectors) finish(vector + 1, tile + kWidth, sample, y, x);
                    tile += kFp16Width;
                });
            }
        }
    }
}

InputRoom winograd_f16_room(const LinearCall& call) {
    return {position_rows(call) * fp16_blocks_of(call.depth) * kFp16Width * sizeof(int16_t), 0};
}

size_t winograd_f16_scratch(const LinearCall& call) {
    const int rows = TileGrid(call.height, call.width, call.out.batch, kEnoughF16Rows).rows();
    const int panels = fp16_blocks_of(call.vectors * kWidth), together = static_cast<int>(panels_together(panels));
    return f16_result_floats(rows, together) + f16_tile_row_floats(fp16_blocks_of(call.depth), rows, together);
}

constexpr LinearKernel kWinogradF16 = {
    .name = "winograd_f16",
    .layer = LinearLayer::Conv3x3,
    .arithmetic = Arithmetic::Fp16,
    .input = InputForm::Fp16Tiles,
    .accepts = accepts_all,
    .weight_bytes = {4, 1},
    .packed_size = winograd_f16_size,
#if defined(__ARM_FEATURE_FP16_VECTOR_ARITHMETIC)
    .pack = pack_winograd_f16_by_size,
#else
    .pack = pack_winograd_f16,
#endif
    .input_room = winograd_f16_room,
    .scratch_floats = winograd_f16_scratch,
    .run = winograd_f16,
};

}  // namespace

}  // namespace katago::cpu

#endif
