// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

#include "backend/cpu/ops/linear.h"
#include "backend/cpu/ops/xnnpack/xnn_library.h"
#include "backend/cpu/ops/xnnpack/xnn_operator.h"

namespace katago::cpu {

// What decides an operator, of all inputs of a layer or of a chunk of them.
struct XnnShape {
    XnnNumbers numbers;
    int taps;      // 9: a 3x3 convolution
    size_t first;  // of the chunk's inputs, among the layer's
    size_t in, out, in_stride;

    bool is_gemm() const { return taps == 1 || numbers == XnnNumbers::Int8; }
    size_t depth() const { return in * static_cast<size_t>(taps); }
    size_t weights() const { return depth() * out; }
};

// The operators of a layer, whose results add up to the layer's.
std::vector<XnnShape> xnn_shapes(const LayerSize& size, int width, XnnNumbers numbers);

// The bytes of an input or weight.
size_t bytes_of(XnnNumbers numbers);

// An operator's weights: raw ones, or a cache that has them.
struct XnnWeights {
    const void* values = nullptr;
    const float* scales = nullptr;
#if defined(KATAGO_XNNPACK_RESHAPES)
    xnn_weights_cache_t cache = nullptr;
#endif
};

// Throws BackendError.
OwnedOperator create_operator(const XnnShape& shape, const XnnWeights& weights);

// Of the packed weights of a layer, what each of its operators is created with.
std::vector<XnnWeights> xnn_weights(const WeightsView& weights, const std::vector<XnnShape>& shapes);
// Has the library pack the weights for all plans, where it can. Throws BackendError.
void share_xnn_weights(PackedWeights& packed, const std::vector<XnnShape>& shapes);

}  // namespace katago::cpu
