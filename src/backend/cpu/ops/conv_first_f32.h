// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "backend/cpu/ops/conv_first.h"
#include "backend/cpu/ops/epilogue_f32.h"
#include "backend/cpu/simd/tiles.h"
#include "backend/cpu/simd/vector.h"

namespace katago::cpu {

namespace {

// conv_first_f32: the first convolution of a network, in FP32, on every processor. Its inputs are sparse, so the values
// of each sample that are not zero are listed first; each output is the sum of the weights of those within its kernel
// window, times them. See ConvFirstCall for the operands.

// Lists the values of one sample that are not zero, point by point.
void list_entries(const ConvFirstCall& call, const float* in) {
    const int points = call.height * call.width;
    uint32_t count = 0;
    for (int point = 0; point < points; ++point) {
        call.first_entry[point] = count;
        for (int channel = 0; channel < call.geometry.in_channels; ++channel) {
            const float value = *in++;
            call.channels[count] = static_cast<uint32_t>(channel);
            call.values[count] = value;
            count += value != 0 ? 1 : 0;
        }
    }
    call.first_entry[points] = count;
}

// Vectors [vector, vector + kVectors) of the outputs of one point, before the epilogue.
template <int kVectors>
KERNEL_INLINE void conv_first_point(const ConvFirstCall& call, int vector, int y, int x, Vector (&sum)[kVectors]) {
    const size_t columns = static_cast<size_t>(call.vectors) * kWidth;
    for (int a = 0; a < call.geometry.kernel_y; ++a) {
        const int from_y = y + (a - call.geometry.kernel_y / 2) * call.geometry.dilation_y;
        if (from_y < 0 || from_y >= call.height) continue;
        for (int b = 0; b < call.geometry.kernel_x; ++b) {
            const int from_x = x + (b - call.geometry.kernel_x / 2) * call.geometry.dilation_x;
            if (from_x < 0 || from_x >= call.width) continue;
            const float* tap =
                call.weights + (a * call.geometry.kernel_x + b) * call.geometry.in_channels * columns + vector * kWidth;
            const int point = from_y * call.width + from_x;
            for (uint32_t e = call.first_entry[point]; e < call.first_entry[point + 1]; ++e) {
                const float* weights = tap + call.channels[e] * columns;
                const float value = call.values[e];
                unroll<kVectors>([&](auto v) KERNEL_LAMBDA {
                    sum[decltype(v)::value] += value * load(weights + decltype(v)::value * kWidth);
                });
            }
        }
    }
}

// Vectors [vector, vector + kVectors) of the outputs of one sample, with the epilogue.
template <int kVectors>
void conv_first_vectors(const ConvFirstCall& call, size_t sample, int vector) {
    const size_t points = static_cast<size_t>(call.height) * call.width;
    for (int y = 0; y < call.height; ++y) {
        for (int x = 0; x < call.width; x += kRunResults) {
            const int count = min_of(kRunResults, call.width - x);
            Vector results[kVectors][kRunResults];
            for (int i = 0; i < count; ++i) {
                Vector sum[kVectors] = {};
                conv_first_point(call, vector, y, x + i, sum);
                unroll<kVectors>([&](auto v)
                                     KERNEL_LAMBDA { results[decltype(v)::value][i] = sum[decltype(v)::value]; });
            }
            const size_t row = sample * points + static_cast<size_t>(y) * call.width + x;
            for (int v = 0; v < kVectors; ++v) finish_rows(call.out, vector + v, row, count, results[v]);
        }
    }
}

// The vectors of sums that leave registers for a value and its weights.
#if defined(__AVX512F__) || defined(__aarch64__)
constexpr int kConvFirstVectors = 16;
#else
constexpr int kConvFirstVectors = 12;
#endif
using ConvFirstTile = void (*)(const ConvFirstCall&, size_t, int);
constexpr auto kConvFirst = make_tile_table<ConvFirstTile, kConvFirstVectors, 1>(
    [](auto /* rows */, auto vectors) { return conv_first_vectors<decltype(vectors)::value>; });

void conv_first(const ConvFirstCall& call) {
    const size_t sample_floats = static_cast<size_t>(call.height) * call.width * call.geometry.in_channels;
    const int parts = even_parts<kConvFirstVectors>(call.vectors);
    for (size_t sample = 0; sample < call.out.batch; ++sample) {
        list_entries(call, call.in + sample * sample_floats);
        for (int part = 0, vector = 0; part < parts; ++part) {
            const int vectors = even_part_size(call.vectors, parts, part);
            kConvFirst.of[vectors - 1][0](call, sample, vector);
            vector += vectors;
        }
    }
}

constexpr ConvFirstKernel kConvFirstF32 = {.name = "conv_first_f32", .run = conv_first};

}  // namespace

}  // namespace katago::cpu
