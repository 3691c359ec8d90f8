// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "backend/cpu/ops/int8_rotation.h"
#include "backend/cpu/ops/linear.h"
#include "backend/cpu/ops/row_major.h"
#include "backend/cpu/ops/xnnpack/xnn_operator.h"

#if defined(KATAGO_XNNPACK_RESHAPES)

namespace katago::cpu {

namespace {

// xnn_gemm_qd8_qc8w and xnn_conv_qd8_qc8w: gemms and 3x3 convolutions by XNNPACK's qd8_f32_qc8w operators, whose INT8
// weights have a scale for each output. Inputs are quantized here, with a scale and a zero point for each row; a row of
// a convolution holds the nine taps of one point, so that they share one scale and not the whole board.

using VectorBytes = signed char __attribute__((vector_size(kWidth), may_alias, aligned(1)));

// The least and the largest number of a row, zero among them.
struct ValueRange {
    float least = 0, most = 0;
};
// Where one row of the input lies: vectors `stride` floats apart.
struct RowVectors {
    const float* first;
    size_t stride, count;
};
KERNEL_INLINE RowVectors row_of(const LinearCall& call, int row) {
    return {call.in + static_cast<size_t>(row) * kWidth, static_cast<size_t>(call.rows) * kWidth,
            blocks_of(call.depth)};
}
// The same row rotated, in the scratch memory.
KERNEL_INLINE RowVectors rotated_row(const LinearCall& call, int row) {
    const RowVectors from = row_of(call, row);
    const GroupRows rows{from.first, from.stride, static_cast<int>(from.count), 1};
    rotate_group_row(rows, 0, call.weights.rotated, call.scratch);
    return {call.scratch, static_cast<size_t>(kWidth) * kWidth, from.count};
}

KERNEL_INLINE ValueRange range_of(const RowVectors& row) {
    Vector least{}, most{};
    for (size_t i = 0; i < row.count; ++i) {
        const Vector x = load(row.first + i * row.stride);
        least = smaller(least, x), most = larger(most, x);
    }
    return {-largest_of(-least), largest_of(most)};
}

// A float is (q - zero_point) * scale with q in -128 to 127.
KERNEL_INLINE XnnRowScale scale_of(const ValueRange& range) {
    const float width = range.most - range.least;
    const float scale = width > 0 ? width / 255 : 1;
    const float zero = -128 - range.least / scale;
    return {static_cast<int32_t>(__builtin_rintf(zero)), scale};
}

// Quantizes a row into `out`, whole vectors of which are written.
KERNEL_INLINE void quantize_row(const RowVectors& row, const XnnRowScale& scale, int8_t* out) {
    const Vector factor = all(1 / scale.scale), zero = all(static_cast<float>(scale.zero_point));
    for (size_t i = 0; i < row.count; ++i) {
        const Vector q = smaller(larger(load(row.first + i * row.stride) * factor + zero, all(-128)), all(127));
        const auto bits = reinterpret_cast<VectorBits>(q + all(kRoundToLowBits));
        *reinterpret_cast<VectorBytes*>(out + i * kWidth) = __builtin_convertvector(bits, VectorBytes);
    }
}

KERNEL_INLINE XnnRowScale* row_scales(const LinearCall& call) {
    return reinterpret_cast<XnnRowScale*>(call.input_scales);
}

void quantize_gemm_rows(const LinearCall& call) {
    auto* out = static_cast<int8_t*>(call.input);
    for (int row = 0; row < call.rows; ++row, out += call.depth) {
        const RowVectors from = call.weights.rotated == 0 ? row_of(call, row) : rotated_row(call, row);
        const XnnRowScale scale = scale_of(range_of(from));
        row_scales(call)[row] = scale;
        quantize_row(from, scale, out);
    }
}

// The range of the points that a point's taps see. Ranges have a border of empty ones around each board.
void quantize_conv_rows(const LinearCall& call) {
    auto* out = static_cast<int8_t*>(call.input);
    auto* const ranges = reinterpret_cast<ValueRange*>(call.scratch);
    for (int row = 0; row < call.rows; ++row) ranges[row] = range_of(row_of(call, row));
    const int area = call.height * call.width;
    for (int row = 0; row < call.rows; ++row) {
        const int y = row % area / call.width, x = row % call.width;
        const int top = y > 0 ? -1 : 0, bottom = y + 1 < call.height ? 1 : 0;
        const int left = x > 0 ? -1 : 0, right = x + 1 < call.width ? 1 : 0;
        ValueRange all_taps;
        for (int dy = top; dy <= bottom; ++dy) {
            for (int dx = left; dx <= right; ++dx) {
                const ValueRange& range = ranges[row + dy * call.width + dx];
                all_taps.least = range.least < all_taps.least ? range.least : all_taps.least;
                all_taps.most = range.most > all_taps.most ? range.most : all_taps.most;
            }
        }
        const XnnRowScale scale = scale_of(all_taps);
        row_scales(call)[row] = scale;
        for (int dy = -1; dy <= 1; ++dy) {
            for (int dx = -1; dx <= 1; ++dx, out += call.depth) {
                if (dy < top || dy > bottom || dx < left || dx > right) {
                    __builtin_memset(out, scale.zero_point, static_cast<size_t>(call.depth));
                } else {
                    quantize_row(row_of(call, row + dy * call.width + dx), scale, out);
                }
            }
        }
    }
}

// Rows lie without gaps, and whole vectors are written: what a row's last one is too long is overwritten by the next.
InputRoom xnn_int8_room(const LinearCall& call) {
    constexpr size_t kFloats = sizeof(XnnRowScale) / sizeof(float);
    return {static_cast<size_t>(call.rows) * call.taps * call.depth + kXnnExtraBytes,
            (call.rows + kXnnExtraScales) * kFloats};
}
// For a rotated row, or ranges, and then for the results.
size_t xnn_int8_scratch(const LinearCall& call) {
    const size_t results = static_cast<size_t>(call.rows) * call.vectors * kWidth;
    const size_t row = row_floats(call.depth) * kWidth;
    const size_t ranges = static_cast<size_t>(call.rows) * sizeof(ValueRange) / sizeof(float);
    const size_t before = row > ranges ? row : ranges;
    return results > before ? results : before;
}

void run_xnn_int8(const LinearCall& call) {
    for (size_t i = 0; i < kXnnExtraScales; ++i) row_scales(call)[call.rows + i] = row_scales(call)[call.rows - 1];
    run_xnn(call, call.input, row_scales(call), call.scratch);
    finish_rows_of_floats(call, call.scratch);
}
void xnn_gemm_qd8_qc8w(const LinearCall& call) {
    if (!call.input_ready) quantize_gemm_rows(call);
    run_xnn_int8(call);
}
void xnn_conv_qd8_qc8w(const LinearCall& call) {
    if (!call.input_ready) quantize_conv_rows(call);
    run_xnn_int8(call);
}

constexpr LinearKernel xnn_int8_kernel(std::string_view name, LinearLayer layer) {
    const bool conv = layer == LinearLayer::Conv3x3;
    return {
        .name = name,
        .provider = KernelProvider::Xnnpack,
        .layer = layer,
        .arithmetic = Arithmetic::Int8,
        .input = conv ? InputForm::TapsInt8 : InputForm::RowsInt8,
        .accepts = accepts_int8_one_scale,
        .weight_bytes = {1, 1},
        .packed_size = xnn_size<XnnNumbers::Int8>,
        .pack = pack_xnn<XnnNumbers::Int8>,
        .input_room = xnn_int8_room,
        .scratch_floats = xnn_int8_scratch,
        .run = conv ? xnn_conv_qd8_qc8w : xnn_gemm_qd8_qc8w,
        .available = has_xnn_library,
        .make_state = make_xnn_operator<XnnNumbers::Int8>,
        .shares_weights = kXnnSharesWeights,
    };
}
constexpr LinearKernel kXnnGemmQd8 = xnn_int8_kernel("xnn_gemm_qd8_qc8w", LinearLayer::Gemm);
constexpr LinearKernel kXnnConvQd8 = xnn_int8_kernel("xnn_conv_qd8_qc8w", LinearLayer::Conv3x3);

}  // namespace

}  // namespace katago::cpu

#endif
