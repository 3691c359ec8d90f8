// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>

#include "backend/cpu/ops/linear.h"

namespace katago::cpu {

// Linear layers as operators of XNNPACK. Inputs and outputs are rows of channels, a row's channels padded to whole
// vectors; outputs are floats. What XNNPACK calls a fully connected layer is a gemm, its convolution2d a convolution.

// The numbers of an operator's inputs and weights.
enum class XnnNumbers : uint8_t {
    Fp32,
    Fp16,  // outputs too
    Int8,  // weights with a scale for each output, inputs with a scale and zero point for each row; always a gemm, of a
           // convolution's taps beside each other
};

// Of one row of INT8 inputs, laid out as XNNPACK wants it: a float is (q - zero_point) * scale.
struct XnnRowScale {
    int32_t zero_point;
    float scale;
};
// Inputs may be read so many bytes beyond the last, whose values do not matter. Behind the scales of all rows stand so
// many copies of the last: kernels compute the last row again where a tile has too few.
inline constexpr size_t kXnnExtraBytes = 128, kXnnExtraScales = 16;

// The chunks of input channels, each with an operator of its own, that a layer is made of: FP16 operators also sum in
// FP16, which loses too much over many products, so the sums of a few are added up in FP32. One for other numbers.
int xnn_chunks(XnnNumbers numbers, int taps, int depth);

// [chunk][outputs padded to whole vectors][taps][in] in the operator's numbers; scales of INT8 per output. Where the
// library can share what it packs, it has packed it. These are the members of LinearKernel.
template <XnnNumbers kNumbers>
PackedSize xnn_size(const LayerSize& size, int width);
template <XnnNumbers kNumbers>
PackedWeights pack_xnn(const LinearKernel& kernel, const PackRequest& request);
template <XnnNumbers kNumbers>
std::unique_ptr<KernelState> make_xnn_operator(const LinearCall& call, int width);

// Whether the library lets plans share what it packs.
#if defined(KATAGO_XNNPACK_RESHAPES)
inline constexpr bool kXnnSharesWeights = true;
#else
inline constexpr bool kXnnSharesWeights = false;
#endif

// Runs the call's operators on its rows; `scales` are for INT8.
//   out   [chunk][rows][outputs padded to whole vectors]
void run_xnn(const LinearCall& call, const void* in, const XnnRowScale* scales, void* out);

// Whether the library can be opened, and whether it has kernels for FP16 on this processor. Both open it.
bool has_xnn_library();
bool has_xnn_f16();

}  // namespace katago::cpu
