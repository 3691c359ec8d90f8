// SPDX-License-Identifier: MIT
#if defined(KATAGO_XNNPACK)
// Weights as XNNPACK's operators are given them.
#include <algorithm>
#include <cmath>
#include <vector>

#include "backend/cpu/ops/layout.h"
#include "backend/cpu/ops/pack/pack.h"
#include "backend/cpu/ops/xnnpack/xnn_create.h"
#include "core/fp16.h"

namespace katago::cpu {

namespace {

// The largest INT8 weight.
constexpr float kMostInt8 = 127;

// Rounds one output's weights to INT8, from [inputs, outputs] floats; returns their scale. A channel of zeros has one
// too: the library wants it positive.
float round_to_int8(const std::vector<float>& weights, size_t inputs, size_t outputs, size_t output, int8_t* to) {
    float most = 0;
    for (size_t i = 0; i < inputs; ++i) most = std::max(most, std::fabs(weights[i * outputs + output]));
    const float scale = most > 0 ? most / kMostInt8 : 1;
    for (size_t i = 0; i < inputs; ++i)
        to[i] =
            static_cast<int8_t>(std::clamp(std::round(weights[i * outputs + output] / scale), -kMostInt8, kMostInt8));
    return scale;
}

// Weights that are stored in INT8 keep their rotation, and their rounding where that is the library's.
void pack_one_scale(const LinearWeights& weights, size_t inputs, size_t outputs, PackedWeights& packed) {
    std::fill_n(packed.scales.data(), packed.scales.size(), 1.0f);
    if (const BlockInt8* stored = weights.int8()) {
        packed.rotated = stored->rotated;
        if (has_one_scale(weights)) {
            for (size_t o = 0; o < outputs; ++o) {
                packed.scales[o] = float_of_fp16(stored->scales[o]);
                for (size_t i = 0; i < inputs; ++i) packed.values[o * inputs + i] = stored->values[i * outputs + o];
            }
            return;
        }
    }
    LinearWeights as_packed = weights;
    if (const BlockInt8* stored = weights.int8()) {
        BlockInt8 still_rotated = *stored;
        still_rotated.rotated = 0;
        as_packed = LinearWeights(still_rotated, nullptr);
    }
    const Weights floats = as_packed.floats();
    for (size_t o = 0; o < outputs; ++o)
        packed.scales[o] = round_to_int8(*floats, inputs, outputs, o, packed.values.data() + o * inputs);
}

// [outputs][taps][in] of one chunk, from [taps][in][outputs] of the layer.
template <XnnNumbers kNumbers>
void pack_chunk(const XnnShape& chunk, const LayerSize& size, const std::vector<float>& weights, int8_t* to) {
    const size_t inputs = static_cast<size_t>(size.in), outputs = static_cast<size_t>(size.out);
    for (size_t o = 0; o < outputs; ++o) {
        for (size_t tap = 0; tap < static_cast<size_t>(size.taps); ++tap) {
            for (size_t i = 0; i < chunk.in; ++i, to += bytes_of(kNumbers)) {
                const float weight = weights[(tap * inputs + chunk.first + i) * outputs + o];
                if constexpr (kNumbers == XnnNumbers::Fp32) *reinterpret_cast<float*>(to) = weight;
                if constexpr (kNumbers == XnnNumbers::Fp16) *reinterpret_cast<uint16_t*>(to) = fp16_of_float(weight);
            }
        }
    }
}

}  // namespace

template <XnnNumbers kNumbers>
PackedSize xnn_size(const LayerSize& size, int width) {
    const auto outputs = static_cast<size_t>(vectors_of(size.out, width) * width);
    return {outputs * static_cast<size_t>(size.taps * size.in) * bytes_of(kNumbers) + kXnnExtraBytes,
            kNumbers == XnnNumbers::Int8 ? outputs : 0};
}

template <XnnNumbers kNumbers>
PackedWeights pack_xnn(const LinearKernel&, const PackRequest& request) {
    const LayerSize& size = request.size;
    const PackedSize room = xnn_size<kNumbers>(size, request.width);
    const std::vector<XnnShape> shapes = xnn_shapes(size, request.width, kNumbers);
    PackedWeights packed;
    packed.values = AlignedArray<int8_t>(room.bytes);
    packed.scales = AlignedFloats(room.scales);
    if constexpr (kNumbers == XnnNumbers::Int8) {
        pack_one_scale(request.weights, shapes.front().depth(), static_cast<size_t>(size.out), packed);
    } else {
        const Weights weights = request.weights.floats();
        int8_t* chunk = packed.values.data();
        for (const XnnShape& shape : shapes) {
            pack_chunk<kNumbers>(shape, size, *weights, chunk);
            chunk += shape.weights() * bytes_of(kNumbers);
        }
    }
    share_xnn_weights(packed, shapes);
    return packed;
}

#define KATAGO_XNN_INSTANTIATE(numbers)                           \
    template PackedSize xnn_size<numbers>(const LayerSize&, int); \
    template PackedWeights pack_xnn<numbers>(const LinearKernel&, const PackRequest&);
KATAGO_XNN_INSTANTIATE(XnnNumbers::Fp32)
KATAGO_XNN_INSTANTIATE(XnnNumbers::Fp16)
KATAGO_XNN_INSTANTIATE(XnnNumbers::Int8)
#undef KATAGO_XNN_INSTANTIATE

}  // namespace katago::cpu
#endif
