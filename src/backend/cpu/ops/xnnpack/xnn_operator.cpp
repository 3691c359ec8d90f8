// SPDX-License-Identifier: MIT
#if defined(KATAGO_XNNPACK)
#include "backend/cpu/ops/xnnpack/xnn_operator.h"

#include <vector>

#include "backend/cpu/ops/xnnpack/xnn_create.h"
#include "core/ensure.h"

namespace katago::cpu {

namespace {

class XnnOperator {
  public:
    XnnOperator(const XnnShape& shape, const XnnWeights& weights)
        : library_(xnn_library()), shape_(shape), operator_(create_operator(shape, weights)) {}

    const XnnShape& shape() const { return shape_; }

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
    XnnShape shape_;
    OwnedOperator operator_;
    Operands operands_;
};

// The operators of a layer.
class XnnLayer final : public KernelState {
  public:
    XnnLayer(const std::vector<XnnShape>& shapes, const std::vector<XnnWeights>& weights) {
        for (size_t i = 0; i < shapes.size(); ++i) operators_.emplace_back(shapes[i], weights[i]);
    }

    void run(const LinearCall& call, const void* in, const XnnRowScale* scales, void* out) {
        const auto* const inputs = static_cast<const int8_t*>(in);
        auto* results = static_cast<int8_t*>(out);
        for (XnnOperator& part : operators_) {
            const XnnShape& shape = part.shape();
            part.run(call, inputs + shape.first * bytes_of(shape.numbers), scales, results);
            const size_t number = shape.numbers == XnnNumbers::Fp16 ? sizeof(int16_t) : sizeof(float);
            results += static_cast<size_t>(call.rows) * shape.out * number;
        }
    }

  private:
    std::vector<XnnOperator> operators_;
};

}  // namespace

template <XnnNumbers kNumbers>
std::unique_ptr<KernelState> make_xnn_operator(const LinearCall& call, int width) {
    const std::vector<XnnShape> shapes = xnn_shapes({call.taps, call.depth, call.vectors * width}, width, kNumbers);
    return std::make_unique<XnnLayer>(shapes, xnn_weights(call.weights, shapes));
}

#define KATAGO_XNN_INSTANTIATE(numbers) \
    template std::unique_ptr<KernelState> make_xnn_operator<numbers>(const LinearCall&, int);
KATAGO_XNN_INSTANTIATE(XnnNumbers::Fp32)
KATAGO_XNN_INSTANTIATE(XnnNumbers::Fp16)
KATAGO_XNN_INSTANTIATE(XnnNumbers::Int8)
#undef KATAGO_XNN_INSTANTIATE

void run_xnn(const LinearCall& call, const void* in, const XnnRowScale* scales, void* out) {
    static_cast<XnnLayer*>(call.state)->run(call, in, scales, out);
}

}  // namespace katago::cpu
#endif
