// SPDX-License-Identifier: MIT
#if defined(KATAGO_XNNPACK)
#include "backend/cpu/ops/xnnpack/xnn_create.h"

#include <algorithm>
#include <limits>

#include "backend/cpu/ops/layout.h"
#include "core/ensure.h"

namespace katago::cpu {

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// The arguments of packed weights, where the library has some.
#if defined(KATAGO_XNNPACK_RESHAPES)
#define KATAGO_XNN_CACHES(weights) nullptr, weights.cache,
#else
#define KATAGO_XNN_CACHES(weights)
#endif

// The products that an operator adds up at most. In FP16 each addition rounds the sum so far, so that the error grows
// with the square root of their number.
constexpr int kFp16Products = 288;

// The channels of a chunk: a multiple of 8, so that each starts at a whole vector.
int chunk_channels(XnnNumbers numbers, int taps, int depth) {
    if (numbers != XnnNumbers::Fp16) return depth;
    const int chunks = vectors_of(depth, kFp16Products / taps);
    return vectors_of(vectors_of(depth, chunks), kFp16Block) * kFp16Block;
}

xnn_operator_t create_gemm(const XnnShape& shape, const XnnWeights& weights) {
    const XnnLibrary& library = xnn_library();
    xnn_operator_t made = nullptr;
    if (shape.numbers == XnnNumbers::Fp32) {
        check(library.create_fully_connected_nc_f32(shape.in, shape.out, shape.in_stride, shape.out,
                                                    static_cast<const float*>(weights.values), nullptr, -kInfinity,
                                                    kInfinity, 0, KATAGO_XNN_CACHES(weights) & made),
              "a gemm in FP32");
    } else if (shape.numbers == XnnNumbers::Fp16) {
        check(
            library.create_fully_connected_nc_f16(shape.in, shape.out, shape.in_stride, shape.out, weights.values,
                                                  nullptr, -kInfinity, kInfinity, 0, KATAGO_XNN_CACHES(weights) & made),
            "a gemm in FP16");
    } else {
#if defined(KATAGO_XNNPACK_RESHAPES)
        check(library.create_fully_connected_nc_qd8_f32_qc8w(shape.depth(), shape.out, shape.depth(), shape.out,
                                                             weights.scales, static_cast<const int8_t*>(weights.values),
                                                             nullptr, -kInfinity, kInfinity, 0,
                                                             KATAGO_XNN_CACHES(weights) & made),
              "a gemm in INT8");
#endif
    }
    ENSURE(made != nullptr);
    return made;
}

xnn_operator_t create_conv3x3(const XnnShape& shape, const XnnWeights& weights) {
    const XnnLibrary& library = xnn_library();
    xnn_operator_t made = nullptr;
    if (shape.numbers == XnnNumbers::Fp32) {
        check(
            library.create_convolution2d_nhwc_f32(1, 1, 1, 1, 3, 3, 1, 1, 1, 1, 1, shape.in, shape.out, shape.in_stride,
                                                  shape.out, static_cast<const float*>(weights.values), nullptr,
                                                  -kInfinity, kInfinity, 0, KATAGO_XNN_CACHES(weights) & made),
            "a convolution in FP32");
    } else {
        check(library.create_convolution2d_nhwc_f16(1, 1, 1, 1, 3, 3, 1, 1, 1, 1, 1, shape.in, shape.out,
                                                    shape.in_stride, shape.out, weights.values, nullptr, -kInfinity,
                                                    kInfinity, 0, KATAGO_XNN_CACHES(weights) & made),
              "a convolution in FP16");
    }
    return made;
}

}  // namespace

int xnn_chunks(XnnNumbers numbers, int taps, int depth) {
    return vectors_of(depth, chunk_channels(numbers, taps, depth));
}

std::vector<XnnShape> xnn_shapes(const LayerSize& size, int width, XnnNumbers numbers) {
    const auto padded = [&](int channels) { return static_cast<size_t>(vectors_of(channels, width) * width); };
    const int most = chunk_channels(numbers, size.taps, size.in);
    std::vector<XnnShape> shapes;
    for (int first = 0; first < size.in; first += most) {
        const int in = std::min(most, size.in - first);
        shapes.push_back({numbers, size.taps, static_cast<size_t>(first), static_cast<size_t>(in), padded(size.out),
                          padded(size.in)});
    }
    return shapes;
}

size_t bytes_of(XnnNumbers numbers) {
    return numbers == XnnNumbers::Fp32 ? 4 : numbers == XnnNumbers::Fp16 ? 2 : 1;
}

OwnedOperator create_operator(const XnnShape& shape, const XnnWeights& weights) {
    return OwnedOperator(shape.is_gemm() ? create_gemm(shape, weights) : create_conv3x3(shape, weights));
}

bool has_xnn_f16() {
    static const bool has = [] {
        if (!has_xnn_library()) return false;
        const uint16_t weight = 0;
        xnn_operator_t made = nullptr;
        const XnnWeights weights{.values = &weight};
        if (xnn_library().create_fully_connected_nc_f16(1, 1, 1, 1, weights.values, nullptr, -kInfinity, kInfinity, 0,
                                                        KATAGO_XNN_CACHES(weights) & made) != xnn_status_success) {
            return false;
        }
        xnn_library().delete_operator(made);
        return true;
    }();
    return has;
}

}  // namespace katago::cpu
#endif
