// SPDX-License-Identifier: MIT
#if defined(KATAGO_XNNPACK)
#include "backend/cpu/ops/xnnpack/xnn_operator.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "backend/cpu/ops/layout.h"
#include "backend/cpu/ops/xnnpack/xnn_library.h"
#include "core/ensure.h"
#include "core/fp16.h"

namespace katago::cpu {

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// What decides an operator.
struct Shape {
    XnnNumbers numbers;
    int taps;  // 9: a 3x3 convolution
    size_t in, out, in_stride;

    bool is_gemm() const { return taps == 1 || numbers == XnnNumbers::Int8; }
    size_t depth() const { return in * static_cast<size_t>(taps); }
};

Shape shape_of(int taps, int in, int out_vectors, int width, XnnNumbers numbers) {
    const size_t stride = static_cast<size_t>(vectors_of(in, width) * width);
    return {numbers, taps, static_cast<size_t>(in), static_cast<size_t>(out_vectors * width), stride};
}

// The arguments of weights: raw ones, or a cache that has them.
struct WeightsArgument {
    const void* values = nullptr;
    const float* scales = nullptr;
#if defined(KATAGO_XNNPACK_RESHAPES)
    xnn_weights_cache_t cache = nullptr;
#define KATAGO_XNN_CACHES(weights) nullptr, weights.cache,
#else
#define KATAGO_XNN_CACHES(weights)
#endif
};

xnn_operator_t create_gemm(const Shape& shape, const WeightsArgument& weights) {
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

xnn_operator_t create_conv3x3(const Shape& shape, const WeightsArgument& weights) {
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

OwnedOperator create(const Shape& shape, const WeightsArgument& weights) {
    return OwnedOperator(shape.is_gemm() ? create_gemm(shape, weights) : create_conv3x3(shape, weights));
}

#if defined(KATAGO_XNNPACK_RESHAPES)

// One layer's weights as the library packed them, which its operators in all plans share. It is the library's cache of
// weights with one entry: what is looked up is there or is the entry to be made.
class SharedWeights final : public LibraryWeights {
  public:
    SharedWeights(const Shape& shape, const void* values, const float* scales) {
        create(shape, {values, scales, cache()});
    }

    xnn_weights_cache_t cache() const { return &provider_; }

  private:
    static SharedWeights& of(void* context) { return *static_cast<SharedWeights*>(context); }
    static size_t look_up(void* context, const xnn_weights_cache_look_up_key*) {
        return of(context).packed_.empty() ? SIZE_MAX : 0;
    }
    static void* reserve_space(void* context, size_t bytes) {
        of(context).packed_ = AlignedArray<int8_t>(bytes + kXnnExtraBytes);
        return of(context).packed_.data();
    }
    static size_t look_up_or_insert(void*, const xnn_weights_cache_look_up_key*, void*, size_t) { return 0; }
    static bool is_finalized(void*) { return true; }
    static void* offset_to_addr(void* context, size_t offset) { return of(context).packed_.data() + offset; }
    static xnn_status delete_cache(void*) { return xnn_status_success; }

    AlignedArray<int8_t> packed_;
    // Operators keep a pointer to it, and change nothing.
    mutable xnn_weights_cache_provider provider_ = {this,         look_up,        reserve_space, look_up_or_insert,
                                                    is_finalized, offset_to_addr, delete_cache};
};

WeightsArgument weights_of(const WeightsView& weights) {
    const auto* shared = static_cast<const SharedWeights*>(weights.library);
    // Weights that the cache has are not read, but a null pointer is refused.
    if (shared != nullptr) return {shared, weights.scales, shared->cache()};
    return {weights.values, weights.scales, nullptr};
}

void share(PackedWeights& packed, const Shape& shape) {
    packed.library = std::make_unique<const SharedWeights>(shape, packed.values.data(), packed.scales.data());
    packed.values = {};
}

#else

WeightsArgument weights_of(const WeightsView& weights) {
    return {weights.values, weights.scales};
}

// Each operator packs the weights for itself.
void share(PackedWeights&, const Shape&) {}

#endif

class XnnOperator final : public KernelState {
  public:
    XnnOperator(const Shape& shape, const WeightsArgument& weights)
        : library_(xnn_library()), shape_(shape), operator_(create(shape, weights)) {}

    void run(const LinearCall& call, const void* in, const XnnRowScale* scales, void* out) {
        const Operands operands{in, out, call.out.batch, call.rows, call.height, call.width};
        if (operands != operands_) {
            if (shape_.is_gemm()) {
                set_up_gemm(operands, scales);
            } else {
                set_up_conv(operands);
            }
            operands_ = operands;
        }
        check(library_.run_operator(operator_.get(), nullptr), "running an operator");
    }

  private:
    struct Operands {
        const void* in = nullptr;
        void* out = nullptr;
        size_t batch = 0;
        int rows = 0, height = 0, width = 0;
        bool operator==(const Operands&) const = default;
    };

#if defined(KATAGO_XNNPACK_RESHAPES)
    void set_up_gemm(const Operands& operands, const XnnRowScale* scales) {
        const auto rows = static_cast<size_t>(operands.rows);
        if (shape_.numbers == XnnNumbers::Fp32) {
            check(library_.reshape_fully_connected_nc_f32(operator_.get(), rows, nullptr), "shaping a gemm");
            check(library_.setup_fully_connected_nc_f32(operator_.get(), static_cast<const float*>(operands.in),
                                                        static_cast<float*>(operands.out)),
                  "setting up a gemm");
        } else if (shape_.numbers == XnnNumbers::Fp16) {
            check(library_.reshape_fully_connected_nc_f16(operator_.get(), rows, nullptr), "shaping a gemm");
            check(library_.setup_fully_connected_nc_f16(operator_.get(), operands.in, operands.out),
                  "setting up a gemm");
        } else {
            static_assert(sizeof(XnnRowScale) == sizeof(xnn_quantization_params));
            check(library_.reshape_fully_connected_nc_qd8_f32_qc8w(operator_.get(), rows, nullptr), "shaping a gemm");
            check(library_.setup_fully_connected_nc_qd8_f32_qc8w(
                      operator_.get(), static_cast<const int8_t*>(operands.in), static_cast<float*>(operands.out),
                      reinterpret_cast<const xnn_quantization_params*>(scales)),
                  "setting up a gemm");
        }
    }
    void set_up_conv(const Operands& operands) {
        const bool fp32 = shape_.numbers == XnnNumbers::Fp32;
        size_t bytes = 0, alignment = 0;
        const auto reshape = fp32 ? library_.reshape_convolution2d_nhwc_f32 : library_.reshape_convolution2d_nhwc_f16;
        check(reshape(operator_.get(), operands.batch, static_cast<size_t>(operands.height),
                      static_cast<size_t>(operands.width), &bytes, &alignment, nullptr, nullptr, nullptr),
              "shaping a convolution");
        ENSURE(alignment <= kBufferAlignment);
        if (workspace_.size() < bytes) workspace_ = AlignedArray<int8_t>(bytes);
        check(
            fp32 ? library_.setup_convolution2d_nhwc_f32(operator_.get(), workspace_.data(),
                                                         static_cast<const float*>(operands.in),
                                                         static_cast<float*>(operands.out))
                 : library_.setup_convolution2d_nhwc_f16(operator_.get(), workspace_.data(), operands.in, operands.out),
            "setting up a convolution");
    }

    AlignedArray<int8_t> workspace_;
#else
    void set_up_gemm(const Operands& operands, const XnnRowScale*) {
        const auto rows = static_cast<size_t>(operands.rows);
        check(shape_.numbers == XnnNumbers::Fp32
                  ? library_.setup_fully_connected_nc_f32(operator_.get(), rows, static_cast<const float*>(operands.in),
                                                          static_cast<float*>(operands.out), nullptr)
                  : library_.setup_fully_connected_nc_f16(operator_.get(), rows, operands.in, operands.out, nullptr),
              "setting up a gemm");
    }
    void set_up_conv(const Operands& operands) {
        const auto height = static_cast<size_t>(operands.height), width = static_cast<size_t>(operands.width);
        check(shape_.numbers == XnnNumbers::Fp32
                  ? library_.setup_convolution2d_nhwc_f32(operator_.get(), operands.batch, height, width,
                                                          static_cast<const float*>(operands.in),
                                                          static_cast<float*>(operands.out), nullptr)
                  : library_.setup_convolution2d_nhwc_f16(operator_.get(), operands.batch, height, width, operands.in,
                                                          operands.out, nullptr),
              "setting up a convolution");
    }
#endif

    const XnnLibrary& library_;
    Shape shape_;
    OwnedOperator operator_;
    Operands operands_;
};

}  // namespace

void share_xnn_weights(PackedWeights& packed, const LayerSize& size, int width, XnnNumbers numbers) {
    share(packed, shape_of(size.taps, size.in, vectors_of(size.out, width), width, numbers));
}

template <XnnNumbers kNumbers>
std::unique_ptr<KernelState> make_xnn_operator(const LinearCall& call, int width) {
    return std::make_unique<XnnOperator>(shape_of(call.taps, call.depth, call.vectors, width, kNumbers),
                                         weights_of(call.weights));
}

#define KATAGO_XNN_INSTANTIATE(numbers) \
    template std::unique_ptr<KernelState> make_xnn_operator<numbers>(const LinearCall&, int);
KATAGO_XNN_INSTANTIATE(XnnNumbers::Fp32)
KATAGO_XNN_INSTANTIATE(XnnNumbers::Fp16)
KATAGO_XNN_INSTANTIATE(XnnNumbers::Int8)
#undef KATAGO_XNN_INSTANTIATE

void run_xnn(const LinearCall& call, const void* in, const XnnRowScale* scales, void* out) {
    static_cast<XnnOperator*>(call.state)->run(call, in, scales, out);
}

bool has_xnn_f16() {
    static const bool has = [] {
        if (!has_xnn_library()) return false;
        const uint16_t weight = 0;
        xnn_operator_t made = nullptr;
        const WeightsArgument weights{.values = &weight};
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
