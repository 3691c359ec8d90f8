// SPDX-License-Identifier: MIT
#pragma once

#include "backend/arena.h"
#include "backend/cpu/kernels.h"
#include "nn/layers.h"

namespace katago::cpu {

// Weights in the forms of kernels.h, for vectors of `width` floats. Outputs beyond the last channel get zeros.

inline int vectors_of(int channels, int width) {
    return (channels + width - 1) / width;
}

// weights [depth, out] -> packed panels
AlignedFloats pack_dense(const std::vector<float>& weights, int depth, int out, int width);
// A convolution as a dense layer over [kernel_y * kernel_x, in_channels padded to whole vectors] inputs.
AlignedFloats pack_im2col(const Conv2d& conv, int width);
// A 3x3 convolution: see WinogradCall.
AlignedFloats pack_winograd(const Conv2d& conv, int width, bool transformed);
// See SparseConvCall.
AlignedFloats pack_sparse(const Conv2d& conv, int width);

// Integer weights and their scales: see IntegerWeights. The weights' and the inputs' limits share the 32 bits of a sum.
struct PackedIntegers {
    AlignedInt16s values;
    AlignedFloats scales;  // with Kernels::mixed_columns not of the columns of floats
    float input_limit = 0;
    IntegerWeights pointers() const { return {values.data(), scales.data(), input_limit}; }
};
PackedIntegers pack_integer_dense(const std::vector<float>& weights, int depth, int out, const Kernels& kernels);
// The integers of a dense layer's packed weights.
size_t packed_integers(int depth, int out, const Kernels& kernels);
PackedIntegers pack_integer_winograd(const Conv2d& conv, int width);
// Weights in halves, without scales: see Kernels::half_dense.
PackedIntegers pack_half_dense(const std::vector<float>& weights, int depth, int out);
PackedIntegers pack_half_winograd(const Conv2d& conv, bool in_lines);

// INT8 weights and their scales: see Int8Weights. Stored INT8 weights are used as they are, others rounded to the
// nearest with a scale for every block of about kInt8Line inputs.
struct PackedInt8 {
    AlignedArray<int8_t> values;
    AlignedFloats scales;
    AlignedArray<int32_t> sums;
    int group = kInt8Line, rotated = 0;
    Int8Weights pointers() const { return {values.data(), scales.data(), sums.data(), group, rotated}; }
};
struct ProductSize {
    int taps = 1, in = 0, out = 0;
};
// `long_groups`: groups may have more than kInt8Line channels, where inputs are turned.
PackedInt8 pack_int8(const LinearWeights& weights, const ProductSize& size, const Kernels& kernels,
                     bool long_groups = true);
// Whether the blocks of stored INT8 weights can be groups of the kernel; those of other weights always can.
bool fits_int8_groups(const LinearWeights& weights, bool long_groups);

// One float a channel, then zeros.
AlignedFloats pad_channels(const std::vector<float>& values, int width);

}  // namespace katago::cpu
