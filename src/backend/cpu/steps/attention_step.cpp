// SPDX-License-Identifier: MIT
#include "backend/cpu/steps/attention_step.h"

#include "backend/cpu/ops/pack/rope_table.h"

namespace katago::cpu {

namespace {

// The sizes of a call.
AttentionCall call_of(const Attention& layer, const PlanShape& shape) {
    AttentionCall call;
    call.heads = layer.heads, call.kv_heads = layer.kv_heads;
    call.qk_channels = layer.qk_channels, call.v_channels = layer.v_channels;
    call.height = shape.board.height, call.width = shape.board.width, call.batch = shape.batch;
    return call;
}

}  // namespace

size_t AttentionStep::scratch_floats(const PlanShape& shape, const TensorType&) const {
    return kernel->scratch_floats(call_of(layer, shape));
}

AlignedFloats AttentionStep::board_table(const PlanShape& shape) const {
    return layer.rope.frequencies == nullptr ? AlignedFloats() : make_rope_table(layer, shape.board, shape.width);
}

std::unique_ptr<KernelState> AttentionStep::make_state(const PlanShape& shape, const TensorType&) const {
    return kernel->make_state == nullptr ? nullptr : kernel->make_state(call_of(layer, shape), shape.width);
}

void AttentionStep::run(const RunContext& context, const TensorType&) const {
    AttentionCall call = call_of(layer, context.shape);
    call.q = context.value(q), call.k = context.value(k), call.v = context.value(v), call.out = context.value(out);
    call.rope = context.board_table;
    call.scratch = context.scratch;
    call.state = context.state;
    call.accumulation_depth = context.accumulation_depth;
    kernel->run(call);
}

}  // namespace katago::cpu
