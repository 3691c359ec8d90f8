// SPDX-License-Identifier: MIT
#pragma once

#include <utility>
#include <variant>
#include <vector>

#include "backend/vulkan/ops/attention_op.h"
#include "backend/vulkan/ops/linear_kernel.h"
#include "backend/vulkan/ops/linear_op.h"
#include "backend/vulkan/ops/pointwise_op.h"

namespace katago::vulkan {

using Operation = std::variant<ReadInputOp, LinearOp, WinogradOp, LinearVectorOp, ElementwiseOp, PoolOp, RmsNormOp,
                               AttentionOp, WriteOutputOp>;

struct Step {
    NodeId node = kNoNode;              // the first that it computes
    std::vector<NodeId> reads, writes;  // values
    Operation operation;

    // What the device does for it, in this order.
    std::vector<Dispatch> dispatches(const RecordContext& context) const {
        return std::visit([&](const auto& op) { return op.dispatches(context); }, operation);
    }
};

// A network as the steps that a plan records, and its weights. Immutable once made.
struct Program {
    Program(bool in_halves, LinearChoices choices) : fp16(in_halves), linear(std::move(choices)) {}

    bool fp16;
    LinearChoices linear;  // how its products are computed
    std::vector<Step> steps;
    std::vector<DeviceValue> values;  // by node
    GraphOutputs outputs;
    int spatial_channels = 0, global_channels = 0, meta_channels = 0;
    std::vector<std::byte> weights;  // parts begin at multiples of 256 bytes

    int channels_of(ReadInputOp::Source source) const {
        return source == ReadInputOp::Source::Spatial  ? spatial_channels
               : source == ReadInputOp::Source::Global ? global_channels
                                                       : meta_channels;
    }
};

// Fuses and packs, for a device and the kernels of these choices. Throws UnsupportedError naming the layer.
Program lower(const Graph& graph, const Capabilities& capabilities, bool fp16, LinearChoices linear);

}  // namespace katago::vulkan
