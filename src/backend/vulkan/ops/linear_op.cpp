// SPDX-License-Identifier: MIT
#include "backend/vulkan/ops/linear_op.h"

namespace katago::vulkan {

std::vector<Dispatch> LinearOp::dispatches(const RecordContext& context) const {
    constexpr uint32_t kTile = 64;
    Dispatch dispatch;
    dispatch.pipeline.shader = context.variant("linear_f32", "linear_f16");
    dispatch.push = context.push(epilogue.result());
    dispatch.push.in_channels = context.value(in).stride();
    dispatch.push.kernel = static_cast<uint32_t>(kernel_y | kernel_x << 8 | dilation_y << 16 | dilation_x << 24);
    dispatch.operands = {{context.range(in)}, {context.range(weights)}};
    add_epilogue(dispatch, epilogue, context, context.range(in));
    dispatch.groups = {(dispatch.push.out_channels + kTile - 1) / kTile, (context.rows(in) + kTile - 1) / kTile, 1};
    return {dispatch};
}

std::vector<Dispatch> LinearVectorOp::dispatches(const RecordContext& context) const {
    constexpr uint32_t kOutputs = 32, kBoards = 4;  // of a work group
    Dispatch dispatch;
    dispatch.pipeline.shader = "linear_vector";
    dispatch.push = context.push(epilogue.result());
    dispatch.push.in_channels = context.value(in).stride();
    dispatch.operands = {{context.range(in)}, {context.range(weights)}};
    add_epilogue(dispatch, epilogue, context, context.range(in));
    dispatch.groups = {groups_for(dispatch.push.out_channels, kOutputs), groups_for(context.boards, kBoards), 1};
    return {dispatch};
}

}  // namespace katago::vulkan
