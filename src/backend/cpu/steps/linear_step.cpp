// SPDX-License-Identifier: MIT
#include "backend/cpu/steps/linear_step.h"

#include <algorithm>

#include "backend/cpu/ops/layout.h"

namespace katago::cpu {

namespace {

// The sizes of a call.
LinearCall call_of(const LinearStep& step, const PlanShape& shape, const TensorType& result) {
    LinearCall call;
    call.weights = step.weights.view();
    call.height = shape.board.height, call.width = shape.board.width;
    call.taps = step.size.taps, call.depth = step.size.in;
    call.vectors = vectors_of(result.channels, shape.width);
    call.out.batch = shape.batch, call.out.points = shape.points(result.kind);
    call.rows = static_cast<int>(call.out.batch * call.out.points);
    return call;
}

// Copies, for each tap and block, the point that the tap sees from each point.
void copy_taps(const ConvGeometry& g, const PlanShape& shape, const float* in, float* out) {
    const int height = shape.board.height, columns = shape.board.width, width = shape.width;
    const auto lanes = static_cast<size_t>(width);
    for (int tap = 0; tap < g.kernel_y * g.kernel_x; ++tap) {
        const int dy = (tap / g.kernel_x - g.kernel_y / 2) * g.dilation_y;
        const int dx = (tap % g.kernel_x - g.kernel_x / 2) * g.dilation_x;
        const float* board = in;
        const size_t boards = static_cast<size_t>(vectors_of(g.in_channels, width)) * shape.batch;
        for (size_t b = 0; b < boards; ++b, board += static_cast<size_t>(shape.board.area()) * lanes) {
            for (int y = 0; y < height; ++y) {
                for (int x = 0; x < columns; ++x, out += width) {
                    const int from_y = y + dy, from_x = x + dx;
                    if (from_y < 0 || from_y >= height || from_x < 0 || from_x >= columns) {
                        std::fill_n(out, width, 0.0f);
                    } else {
                        std::copy_n(board + static_cast<size_t>(from_y * columns + from_x) * lanes, width, out);
                    }
                }
            }
        }
    }
}

int depth_of(const Im2colStep& step, int width) {
    const ConvGeometry& g = step.geometry;
    return g.kernel_y * g.kernel_x * vectors_of(g.in_channels, width) * width;
}

// The memory of the copied taps, in whole cache lines.
size_t taps_floats(const Im2colStep& step, const PlanShape& shape) {
    constexpr size_t kLine = kBufferAlignment / sizeof(float);
    const size_t floats =
        static_cast<size_t>(depth_of(step, shape.width)) * shape.batch * static_cast<size_t>(shape.board.area());
    return (floats + kLine - 1) / kLine * kLine;
}

// The sizes of the call of its gemm.
LinearCall call_of(const Im2colStep& step, const PlanShape& shape, const TensorType& result) {
    LinearCall call;
    call.weights = step.weights.view();
    call.height = shape.board.height, call.width = shape.board.width;
    call.depth = depth_of(step, shape.width);
    call.vectors = vectors_of(result.channels, shape.width);
    call.out.batch = shape.batch, call.out.points = shape.points(result.kind);
    call.rows = static_cast<int>(call.out.batch * call.out.points);
    return call;
}

}  // namespace

InputBuffer LinearStep::buffer() const {
    return input_from_glu                          ? InputBuffer::Glu
           : kernel->input == InputForm::Fp32Tiles ? InputBuffer::Tiles
                                                   : InputBuffer::Rounded;
}

size_t LinearStep::scratch_floats(const PlanShape& shape, const TensorType& result) const {
    return kernel->scratch_floats(call_of(*this, shape, result));
}

InputRooms LinearStep::input_rooms(const PlanShape& shape, const TensorType& result) const {
    return {buffer(), kernel->input_room(call_of(*this, shape, result)), {}};
}

void LinearStep::run(const RunContext& context, const TensorType& result) const {
    LinearCall call = call_of(*this, context.shape, result);
    call.input_ready = input_ready || input_from_glu;
    call.input = context.buffer(buffer()).bytes, call.input_scales = context.buffer(buffer()).scales;
    if (!input_from_glu) call.in = context.value(in);
    if (norm != nullptr) call.gamma = norm->gamma.data(), call.epsilon = norm->epsilon;
    if (context.is_fp16(in)) call.input = context.value(in), call.input_ready = true;
    call.scratch = context.scratch;
    call.state = context.state;
    call.accumulation_depth = context.accumulation_depth;
    call.near_cache_bytes = context.near_cache_bytes;
    call.out = context.epilogue(epilogue, result);
    call.out.approximate = kernel->arithmetic != Arithmetic::Fp32;
    kernel->run(call);
}

std::unique_ptr<KernelState> LinearStep::make_state(const PlanShape& shape, const TensorType& result) const {
    return kernel->make_state == nullptr ? nullptr : kernel->make_state(call_of(*this, shape, result), shape.width);
}

size_t Im2colStep::scratch_floats(const PlanShape& shape, const TensorType& result) const {
    return taps_floats(*this, shape) + gemm->scratch_floats(call_of(*this, shape, result));
}

InputRooms Im2colStep::input_rooms(const PlanShape& shape, const TensorType& result) const {
    return {InputBuffer::Rounded, gemm->input_room(call_of(*this, shape, result)), {}};
}

std::unique_ptr<KernelState> Im2colStep::make_state(const PlanShape& shape, const TensorType& result) const {
    return gemm->make_state == nullptr ? nullptr : gemm->make_state(call_of(*this, shape, result), shape.width);
}

void Im2colStep::run(const RunContext& context, const TensorType& result) const {
    copy_taps(geometry, context.shape, context.value(in), context.scratch);
    LinearCall call = call_of(*this, context.shape, result);
    call.in = context.scratch;
    call.input = context.buffer(InputBuffer::Rounded).bytes;
    call.scratch = context.scratch + taps_floats(*this, context.shape);
    call.state = context.state;
    call.out = context.epilogue(epilogue, result);
    gemm->run(call);
}

}  // namespace katago::cpu
