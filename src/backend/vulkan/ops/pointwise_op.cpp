// SPDX-License-Identifier: MIT
#include "backend/vulkan/ops/pointwise_op.h"

#include <algorithm>
#include <bit>

namespace katago::vulkan {

namespace {

constexpr uint32_t kInvocations = 64;  // of a work group that has no other size
constexpr uint32_t kQuad = 4;          // channels of an invocation

// For a shader with so many invocations for each row of a value, x going over a board and y over boards.
std::array<uint32_t, 3> groups_of_rows(const RecordContext& context, NodeId value, uint32_t invocations) {
    return {groups_for(context.rows_of_board(value) * invocations, kInvocations), context.boards, 1};
}

// The least power of two that is not below `wanted`, or the largest that is not above `most`.
uint32_t power_of_two(uint32_t wanted, uint32_t most) {
    return std::min(std::bit_ceil(wanted), std::bit_floor(most));
}

}  // namespace

std::vector<Dispatch> ReadInputOp::dispatches(const RecordContext& context) const {
    Dispatch dispatch;
    dispatch.pipeline.shader = context.variant("read_input_f32", "read_input_f16");
    dispatch.push = context.push(out);
    if (context.value(out).is_half) dispatch.push.flags |= kRawIsT;
    dispatch.operands = {{context.host}, {context.range(out), Access::Writes}};
    dispatch.groups = groups_of_rows(context, out, dispatch.push.out_channels / kQuad);
    return {dispatch};
}

std::vector<Dispatch> WriteOutputOp::dispatches(const RecordContext& context) const {
    Dispatch dispatch;
    dispatch.pipeline.shader = context.variant("write_output_f32", "write_output_f16");
    dispatch.push = context.push(in);
    dispatch.push.in_channels = context.value(in).stride();
    if (context.value(in).is_half) dispatch.push.flags |= kInputIsT;
    dispatch.operands = {{context.range(in)}, {context.host, Access::Writes}};
    dispatch.groups = groups_of_rows(context, in, dispatch.push.channels);
    return {dispatch};
}

std::vector<Dispatch> ElementwiseOp::dispatches(const RecordContext& context) const {
    Dispatch dispatch;
    dispatch.pipeline.shader = context.variant("elementwise_f32", "elementwise_f16");
    dispatch.push = context.push(epilogue.result());
    if (context.value(in).is_half) dispatch.push.flags |= kInputIsT;
    dispatch.operands = {{context.range(in)}, kIgnored};
    add_epilogue(dispatch, epilogue, context);
    dispatch.groups = groups_of_rows(context, in, dispatch.push.out_channels / kQuad);
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
    constexpr uint32_t kChannels = 32;  // of a work group
    dispatch.groups = {groups_for(dispatch.push.in_channels, kChannels), context.boards, 1};
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
    const uint32_t rows = context.rows_of_board(in), quads = dispatch.push.in_channels / kQuad;
    // A board has one work group for all its points, as wide as the device lets it be.
    constexpr uint32_t kLanesOfRow = 32, kThreads = 128;
    const uint32_t lanes = over_board ? power_of_two(rows * quads, context.capabilities->workgroup_invocations)
                                      : power_of_two(quads, kLanesOfRow);
    const uint32_t units = over_board ? 1 : kThreads / lanes;
    dispatch.pipeline.constants = {lanes, units};
    dispatch.groups = {1, groups_for(over_board ? 1 : rows, units), context.boards};
    return {dispatch};
}

}  // namespace katago::vulkan
