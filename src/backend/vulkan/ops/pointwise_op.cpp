// SPDX-License-Identifier: MIT
#include "backend/vulkan/ops/pointwise_op.h"

namespace katago::vulkan {

namespace {

constexpr uint64_t kInvocations = 64;  // of a work group

uint64_t groups_for(uint64_t invocations) {
    return (invocations + kInvocations - 1) / kInvocations;
}

}  // namespace

std::vector<Dispatch> ReadInputOp::dispatches(const RecordContext& context) const {
    Dispatch dispatch;
    dispatch.pipeline.shader = context.variant("read_input_f32", "read_input_f16");
    dispatch.push = context.push(out);
    if (context.value(out).is_half) dispatch.push.flags |= kRawIsT;
    dispatch.operands = {{context.host}, {context.range(out), Access::Writes}};
    dispatch.groups = flat_groups(groups_for(uint64_t{context.rows(out)} * dispatch.push.out_channels));
    return {dispatch};
}

std::vector<Dispatch> WriteOutputOp::dispatches(const RecordContext& context) const {
    Dispatch dispatch;
    dispatch.pipeline.shader = context.variant("write_output_f32", "write_output_f16");
    dispatch.push = context.push(in);
    dispatch.push.in_channels = context.value(in).stride();
    if (context.value(in).is_half) dispatch.push.flags |= kInputIsT;
    dispatch.operands = {{context.range(in)}, {context.host, Access::Writes}};
    dispatch.groups = flat_groups(groups_for(uint64_t{context.rows(in)} * dispatch.push.channels));
    return {dispatch};
}

std::vector<Dispatch> ElementwiseOp::dispatches(const RecordContext& context) const {
    Dispatch dispatch;
    dispatch.pipeline.shader = context.variant("elementwise_f32", "elementwise_f16");
    dispatch.push = context.push(epilogue.result());
    if (context.value(in).is_half) dispatch.push.flags |= kInputIsT;
    dispatch.operands = {{context.range(in)}, {context.range(in), Access::Ignores}};
    add_epilogue(dispatch, epilogue, context, context.range(in));
    dispatch.groups = flat_groups(groups_for(uint64_t{context.rows(in)} * dispatch.push.out_channels));
    return {dispatch};
}

std::vector<Dispatch> PoolOp::dispatches(const RecordContext& context) const {
    Dispatch dispatch;
    dispatch.pipeline.shader = context.variant("pool_f32", "pool_f16");
    dispatch.push = context.push(out);
    dispatch.push.in_channels = context.value(in).stride();
    dispatch.push.channels = static_cast<uint32_t>(context.value(in).type.channels);
    if (context.value(in).is_half) dispatch.push.flags |= kInputIsT;
    if (kind == GlobalPool::Kind::Value) dispatch.push.flags |= kValuePool;
    dispatch.operands = {{context.range(in)}, {context.range(out), Access::Writes}};
    dispatch.groups = {static_cast<uint32_t>(groups_for(dispatch.push.in_channels)), context.boards, 1};
    return {dispatch};
}

std::vector<Dispatch> RmsNormOp::dispatches(const RecordContext& context) const {
    Dispatch dispatch;
    dispatch.pipeline.shader = context.variant("rms_norm_f32", "rms_norm_f16");
    dispatch.push = context.push(out);
    dispatch.push.in_channels = context.value(in).stride();
    dispatch.push.epsilon = epsilon;
    dispatch.push.flags |= static_cast<uint32_t>(kind) << kActivationShift;
    if (context.value(in).is_half) dispatch.push.flags |= kInputIsT;
    if (context.value(out).is_half) dispatch.push.flags |= kRawIsT;
    if (over_board) dispatch.push.flags |= kOverBoard;
    dispatch.operands = {{context.range(in)}, {context.range(gamma_beta)}, {context.range(out), Access::Writes}};
    dispatch.groups = flat_groups(over_board ? context.boards : context.rows(in));
    return {dispatch};
}

}  // namespace katago::vulkan
