// SPDX-License-Identifier: MIT
#include "backend/vulkan/ops/linear_op.h"

#include "backend/vulkan/ops/linear_kernel.h"
#include "backend/vulkan/ops/winograd.h"

namespace katago::vulkan {

namespace {

uint64_t points(const RecordContext& context) {
    return uint64_t{context.boards} * static_cast<uint64_t>(context.board.area());
}

void set_kernel(Dispatch& dispatch, const LinearKernel& kernel, uint32_t rows, uint32_t matrices) {
    dispatch.pipeline.shader = kernel.shader;
    dispatch.pipeline.constants = kernel.constants;
    dispatch.pipeline.subgroup_size = kernel.subgroup_size;
    dispatch.groups = {kernel.groups_across(dispatch.push.out_channels), kernel.groups_down(rows), matrices};
}

// The tiles of a Winograd convolution and where its two intermediate values lie.
struct WinogradTiles {
    uint32_t down, across, count;
    BufferRange transformed, products;

    WinogradTiles(const RecordContext& context, uint32_t in_channels, uint32_t out_channels)
        : down((static_cast<uint32_t>(context.board.height) + kWinogradTile - 1) / kWinogradTile),
          across((static_cast<uint32_t>(context.board.width) + kWinogradTile - 1) / kWinogradTile),
          count(context.boards * down * across) {
        constexpr uint64_t kAlignment = 256;  // of a range in a buffer: the most that Vulkan lets a device want
        const uint64_t rows = uint64_t{kWinogradPositions} * count;
        transformed = {context.scratch.buffer, context.scratch.offset, rows * in_channels * (context.fp16 ? 2 : 4)};
        const uint64_t behind = (transformed.bytes + kAlignment - 1) / kAlignment * kAlignment;
        products = {context.scratch.buffer, context.scratch.offset + behind, rows * out_channels * 4};
    }
    // Of the transforms: 16 invocations for four channels each by 4 tiles.
    std::array<uint32_t, 3> groups(uint32_t channels) const { return {(channels + 63) / 64, (count + 3) / 4, 1}; }
};

}  // namespace

std::vector<Dispatch> LinearOp::dispatches(const RecordContext& context) const {
    Dispatch dispatch;
    dispatch.push = context.push(epilogue.result());
    dispatch.push.in_channels = context.value(in).stride();
    dispatch.push.kernel = packed_kernel(kernel_y, kernel_x, dilation_y, dilation_x);
    const LinearShape shape{static_cast<uint32_t>(kernel_y * kernel_x), dispatch.push.in_channels,
                            dispatch.push.out_channels};
    set_kernel(dispatch, context.linear->kernel(shape, points(context)), context.rows(in), 1);
    dispatch.operands = {{context.range(in)}, {context.range(weights)}};
    add_epilogue(dispatch, epilogue, context);
    return {dispatch};
}

uint64_t WinogradOp::scratch_bytes(const RecordContext& context) const {
    const WinogradTiles tiles(context, context.value(in).stride(), context.value(epilogue.result()).stride());
    return tiles.products.offset - context.scratch.offset + tiles.products.bytes;
}

std::vector<Dispatch> WinogradOp::dispatches(const RecordContext& context) const {
    Dispatch output;
    output.pipeline.shader = context.variant("winograd_output_f32", "winograd_output_f16");
    output.push = context.push(epilogue.result());
    const uint32_t in_channels = context.value(in).stride(), out_channels = output.push.out_channels;
    output.push.in_channels = in_channels;
    const WinogradTiles tiles(context, in_channels, out_channels);

    Dispatch input;
    input.pipeline.shader = context.variant("winograd_input_f32", "winograd_input_f16");
    input.push = output.push;
    input.operands = {{context.range(in)}, {tiles.transformed, Access::Writes}};
    input.groups = tiles.groups(in_channels);

    Dispatch product;  // of boards whose points are the tiles
    product.push = output.push;
    product.push.height = tiles.down, product.push.width = tiles.across;
    product.push.kernel = packed_kernel(1, 1, 1, 1);
    product.push.flags = kWritesRaw;
    const LinearShape shape{1, in_channels, out_channels, kWinogradPositions};
    set_kernel(product, context.linear->kernel(shape, points(context)), tiles.count, kWinogradPositions);
    product.operands = {{tiles.transformed}, {context.range(weights)}, {tiles.products, Access::Writes}};
    product.operands.resize(kEpilogueEnd, kIgnored);

    output.operands = {{tiles.products}, kIgnored};
    add_epilogue(output, epilogue, context);
    output.groups = tiles.groups(out_channels);
    return {input, product, output};
}

std::vector<Dispatch> LinearVectorOp::dispatches(const RecordContext& context) const {
    constexpr uint32_t kOutputs = 32, kBoards = 4;  // of a work group
    Dispatch dispatch;
    dispatch.pipeline.shader = "linear_vector";
    dispatch.push = context.push(epilogue.result());
    dispatch.push.in_channels = context.value(in).stride();
    dispatch.operands = {{context.range(in)}, {context.range(weights)}};
    add_epilogue(dispatch, epilogue, context);
    dispatch.groups = {groups_for(dispatch.push.out_channels, kOutputs), groups_for(context.boards, kBoards), 1};
    return {dispatch};
}

}  // namespace katago::vulkan
