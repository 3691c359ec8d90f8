// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "backend/cpu/ops/linear.h"
#include "backend/cpu/ops/row_major.h"
#include "backend/cpu/ops/xnnpack/xnn_operator.h"
#include "backend/cpu/simd/fp16_storage.h"

#if defined(__aarch64__) || defined(__AVX512F__)

namespace katago::cpu {

namespace {

// xnn_gemm_f16 and xnn_conv_f16: gemms and 3x3 convolutions by XNNPACK in FP16, its sums too, so that they are for
// those who ask for FP16. Its sums are of a chunk of the inputs; what the chunks give is added up here, in FP32. Where
// the processor has no FP16 arithmetic the library may have kernels that widen to FP32.

InputRoom xnn_f16_room(const LinearCall& call) {
    return {static_cast<size_t>(call.rows) * row_floats(call.depth) * sizeof(int16_t) + kXnnExtraBytes, 0};
}
// The results of a chunk.
KERNEL_INLINE size_t xnn_f16_results(const LinearCall& call) {
    return static_cast<size_t>(call.rows) * call.vectors * kWidth;
}
size_t xnn_f16_scratch(const LinearCall& call) {
    return (xnn_chunks(XnnNumbers::Fp16, call.taps, call.depth) * xnn_f16_results(call) + 1) / 2;
}
void xnn_f16(const LinearCall& call) {
    if (!call.input_ready) {
        auto* const rows = static_cast<int16_t*>(call.input);
        const size_t stride = row_floats(call.depth);
        for_each_input_vector(
            call, [&](int row, int channel, Vector v) KERNEL_LAMBDA { store_fp16(rows + row * stride + channel, v); });
    }
    run_xnn(call, call.input, nullptr, call.scratch);
    const auto* const results = reinterpret_cast<const int16_t*>(call.scratch);
    const size_t stride = static_cast<size_t>(call.vectors) * kWidth, size = xnn_f16_results(call);
    const int chunks = xnn_chunks(XnnNumbers::Fp16, call.taps, call.depth);
    finish_row_major(call, [&](int row, int channel) KERNEL_LAMBDA {
        const int16_t* from = results + row * stride + channel;
        Vector sum = load_fp16(from);
        for (int chunk = 1; chunk < chunks; ++chunk) sum += load_fp16(from += size);
        return sum;
    });
}

constexpr LinearKernel xnn_f16_kernel(std::string_view name, LinearLayer layer) {
    return {
        .name = name,
        .provider = KernelProvider::Xnnpack,
        .layer = layer,
        .arithmetic = Arithmetic::Fp16,
        .input = InputForm::RowsFp16,
        .accepts = accepts_library_fp16,
        .weight_bytes = {2, 1},
        .packed_size = xnn_size<XnnNumbers::Fp16>,
        .pack = pack_xnn<XnnNumbers::Fp16>,
        .input_room = xnn_f16_room,
        .scratch_floats = xnn_f16_scratch,
        .run = xnn_f16,
        .available = has_xnn_f16,
        .make_state = make_xnn_operator<XnnNumbers::Fp16>,
        .shares_weights = kXnnSharesWeights,
    };
}
constexpr LinearKernel kXnnGemmF16 = xnn_f16_kernel("xnn_gemm_f16", LinearLayer::Gemm);
constexpr LinearKernel kXnnConvF16 = xnn_f16_kernel("xnn_conv_f16", LinearLayer::Conv3x3);

}  // namespace

}  // namespace katago::cpu

#endif
