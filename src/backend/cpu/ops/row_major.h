// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "backend/cpu/ops/epilogue_f32.h"
#include "backend/cpu/ops/linear.h"
#include "backend/cpu/simd/tiles.h"
#include "backend/cpu/simd/vector.h"

namespace katago::cpu {

namespace {

// Values as libraries take them: rows of channels, a row's channels padded to whole vectors. Inputs are brought into
// that form before a library multiplies, and the epilogue takes its results from there into blocks.

// The floats of a row.
KERNEL_INLINE size_t row_floats(int channels) {
    return blocks_of(channels) * kWidth;
}

// Calls write(row, first channel, vector) for all vectors of the call's input.
template <class Write>
KERNEL_INLINE void for_each_input_vector(const LinearCall& call, const Write& write) {
    const int blocks = static_cast<int>(blocks_of(call.depth));
    for (int row = 0; row < call.rows; ++row) {
        const float* from = call.in + static_cast<size_t>(row) * kWidth;
        for (int block = 0; block < blocks; ++block, from += static_cast<size_t>(call.rows) * kWidth)
            write(row, block * kWidth, load(from));
    }
}

// out: [rows][row_floats(depth)]
void input_to_rows(const LinearCall& call, float* out) {
    const size_t stride = row_floats(call.depth);
    for_each_input_vector(
        call, [&](int row, int channel, Vector v) KERNEL_LAMBDA { store(out + row * stride + channel, v); });
}

// The epilogue of results that read(row, first channel) tells.
template <class Read>
KERNEL_INLINE void finish_row_major(const LinearCall& call, const Read& read) {
    constexpr int kRows = 16;  // whose results stay in the first-level cache while their vectors are taken one by one
    const int tiles = even_parts<kRows>(call.rows);
    int row = 0;
    for (int tile = 0; tile < tiles; ++tile) {
        const int count = even_part_size(call.rows, tiles, tile);
        for (int vector = 0; vector < call.vectors; ++vector) {
            Vector results[kRows];
            for (int r = 0; r < count; ++r) results[r] = read(row + r, vector * kWidth);
            finish_rows(call.out, vector, row, count, results);
        }
        row += count;
    }
}
// results: [rows][vectors * kWidth]
void finish_rows_of_floats(const LinearCall& call, const float* results) {
    const size_t stride = static_cast<size_t>(call.vectors) * kWidth;
    finish_row_major(call, [&](int row, int channel) KERNEL_LAMBDA { return load(results + row * stride + channel); });
}

// A 3x3 convolution as a gemm: copies the channels of the nine taps of each row of `in` beside each other, zeros beyond
// the board's edge.
//   in    [rows][stride] of any type, of which `size` of each row are copied
//   out   [rows][9 * size]
template <class T>
void copy_taps_3x3(const LinearCall& call, const T* in, size_t stride, size_t size, T zero, T* out) {
    const int area = call.height * call.width;
    for (int row = 0; row < call.rows; ++row) {
        const int point = row % area, y = point / call.width, x = point % call.width;
        for (int dy = -1; dy <= 1; ++dy) {
            for (int dx = -1; dx <= 1; ++dx, out += size) {
                const bool on_board = y + dy >= 0 && y + dy < call.height && x + dx >= 0 && x + dx < call.width;
                const T* const from = in + (row + dy * call.width + dx) * static_cast<ptrdiff_t>(stride);
                if (on_board) {
                    __builtin_memcpy(out, from, size * sizeof(T));
                } else {
                    for (size_t i = 0; i < size; ++i) out[i] = zero;
                }
            }
        }
    }
}

}  // namespace

}  // namespace katago::cpu
