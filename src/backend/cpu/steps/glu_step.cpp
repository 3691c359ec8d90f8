// SPDX-License-Identifier: MIT
#include "backend/cpu/steps/glu_step.h"

#include "backend/cpu/ops/layout.h"

namespace katago::cpu {

namespace {

// The sizes of a call.
GluCall call_of(const GluStep& step, const PlanShape& shape, const TensorType& result) {
    GluCall call;
    LinearCall& linear = call.linear;
    linear.weights = step.linear.view(), call.gate = step.gate.view();
    linear.depth = step.in_channels, linear.vectors = vectors_of(result.channels, shape.width);
    linear.out.batch = shape.batch, linear.out.points = shape.points(result.kind);
    linear.rows = static_cast<int>(linear.out.batch * linear.out.points);
    call.gamma = step.gamma.empty() ? nullptr : step.gamma.data(), call.epsilon = step.epsilon;
    call.out_group = step.out_group, call.out_rotated = step.out_rotated;
    return call;
}

}  // namespace

size_t GluStep::scratch_floats(const PlanShape& shape, const TensorType& result) const {
    return kernel->scratch_floats(call_of(*this, shape, result));
}

InputRooms GluStep::input_rooms(const PlanShape& shape, const TensorType& result) const {
    const LinearCall reads = call_of(*this, shape, result).linear;
    LinearCall hands_over = reads;  // to the third layer
    hands_over.depth = result.channels, hands_over.weights.group = out_group;
    return {InputBuffer::Rounded, gemm->input_room(reads), gemm->input_room(hands_over)};
}

void GluStep::run(const RunContext& context, const TensorType& result) const {
    GluCall call = call_of(*this, context.shape, result);
    LinearCall& reads = call.linear;
    reads.in = context.value(in), reads.input_ready = input_ready;
    reads.input = context.buffer(InputBuffer::Rounded).bytes;
    reads.input_scales = context.buffer(InputBuffer::Rounded).scales;
    reads.out.scale = scale.data(), reads.out.shift = shift.data(), reads.out.kind = kind;
    reads.scratch = context.scratch;
    call.out = context.buffer(InputBuffer::Glu).bytes, call.out_scales = context.buffer(InputBuffer::Glu).scales;
    kernel->run(call);
}

}  // namespace katago::cpu
