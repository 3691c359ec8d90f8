// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "backend/arena.h"
#include "backend/cpu/ops/conv_first.h"
#include "backend/cpu/ops/linear.h"
#include "nn/layers.h"

namespace katago::cpu {

// Weights in the forms that kernels take: see layout.h, s16.h, int8.h and each kernel. Outputs beyond the last channel
// get zeros. Compiled once, for the oldest processor, so that all of them compute with the same numbers.

PackedSize gemm_f32_size(const LayerSize& size, int width);
PackedWeights pack_gemm_f32(const LinearKernel& kernel, const PackRequest& request);
// [taps * in][outputs padded to whole vectors]
PackedSize row_major_f32_size(const LayerSize& size, int width);
PackedWeights pack_row_major_f32(const LinearKernel& kernel, const PackRequest& request);
// For each panel, 36 packed panels; of WeightTransform::None [in_channels][9][panel width].
PackedSize winograd_f32_size(const LayerSize& size, int width);
PackedWeights pack_winograd_f32(const LinearKernel& kernel, const PackRequest& request);

PackedSize gemm_s16_size(const LayerSize& size, int width);
PackedWeights pack_gemm_s16(const LinearKernel& kernel, const PackRequest& request);
PackedSize gemm_s16f32_size(const LayerSize& size, int width);
PackedWeights pack_gemm_s16f32(const LinearKernel& kernel, const PackRequest& request);
// Scales are [panel][position][panel width].
PackedSize winograd_s16_size(const LayerSize& size, int width);
PackedWeights pack_winograd_s16(const LinearKernel& kernel, const PackRequest& request);
// Of WeightTransform::None: see winograd_s16_plain.h.
PackedSize winograd_s16_plain_size(const LayerSize& size, int width);
PackedWeights pack_winograd_s16_plain(const LinearKernel& kernel, const PackRequest& request);

// FP16 weights are packed in panels of [channel blocks * 8][8]. Those of Winograd lie as [tile row][panel][6], of the
// six positions of a tile row, which are not divided by the norms along it; of WeightTransform::OneAxis as
// [tile row][panel][3].
PackedSize gemm_f16_size(const LayerSize& size, int width);
PackedWeights pack_gemm_f16(const LinearKernel& kernel, const PackRequest& request);
PackedSize winograd_f16_size(const LayerSize& size, int width);
PackedWeights pack_winograd_f16(const LinearKernel& kernel, const PackRequest& request);
// In a given form, Full or OneAxis.
PackedWeights pack_winograd_f16_as(WeightTransform transform, const PackRequest& request);
// Along one axis where they are too large for a core's caches: making the other anew in every evaluation costs a
// twelfth of the multiplications and half a unit in the last place.
PackedWeights pack_winograd_f16_by_size(const LinearKernel& kernel, const PackRequest& request);

// Stored INT8 weights are used as they are, others rounded to the nearest with a scale for every block of about
// kInt8Block inputs.
PackedSize int8_size(const LayerSize& size, int width);
PackedWeights pack_int8(const LinearKernel& kernel, const PackRequest& request);
// Whether the blocks of stored INT8 weights can be groups of the kernel; those of other weights always can.
// `whole_rows`: see PackRequest.
bool fits_int8_groups(const LinearWeights& weights, bool whole_rows);
// Whether weights are stored in INT8 and all of each output share a scale, over taps and inputs.
bool has_one_scale(const LinearWeights& weights);

// The weights of a convolution as a gemm over [kernel_y * kernel_x, in_channels padded to whole vectors] inputs.
LinearWeights im2col_weights(const Conv2d& conv, int width);
// See ConvFirstCall.
AlignedFloats pack_conv_first(const Conv2d& conv, int width);

// One float a channel, then zeros.
AlignedFloats pad_channels(const std::vector<float>& values, int width);

}  // namespace katago::cpu
