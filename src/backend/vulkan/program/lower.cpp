// SPDX-License-Identifier: MIT
#include <algorithm>
#include <optional>
#include <variant>

#include "backend/vulkan/program/program.h"
#include "backend/vulkan/program/weight_store.h"
#include "nn/passes/fuse_epilogues.h"

namespace katago::vulkan {

namespace {

// Makes the operation of each fused node. Visits its layer.
class Lowering {
  public:
    Lowering(const FusedGraph& fused, const Capabilities& capabilities, bool half, const LinearChoices& linear)
        : fused_(fused), graph_(fused.graph()), capabilities_(capabilities), half_(half), linear_(linear) {}

    Step step_of(const FusedNode& node) {
        node_ = &node;
        return {node.first, node.reads, node.writes, std::visit(*this, fused_.layer(node))};
    }
    std::vector<std::byte> take_weights() { return weights_.take(); }

    Operation operator()(const InputSpatial&) { return ReadInputOp{ReadInputOp::Source::Spatial, node_->first}; }
    Operation operator()(const InputGlobal&) { return ReadInputOp{ReadInputOp::Source::Global, node_->first}; }
    Operation operator()(const InputMeta&) { return ReadInputOp{ReadInputOp::Source::Meta, node_->first}; }

    Operation operator()(const Conv2d& conv) {
        if (is_conv3x3(conv) &&
            linear_.is_winograd(padded_channels(conv.in_channels), padded_channels(conv.out_channels)))
            return WinogradOp{in(0), weights_.add_winograd(conv, half_), epilogue()};
        LinearOp op{in(0), conv.kernel_y, conv.kernel_x, conv.dilation_y, conv.dilation_x, {}, {}};
        op.weights = weights_.add_matrix(conv.weights, conv.kernel_y * conv.kernel_x, conv.in_channels,
                                         conv.out_channels, half_);
        op.epilogue = epilogue();
        return op;
    }
    Operation operator()(const MatMul& layer) {
        const bool on_vectors = graph_.node(node_->first).type.kind == TensorKind::Vector;
        const WeightRange weights =
            weights_.add_matrix(layer.weights, 1, layer.in_channels, layer.out_channels, half_ && !on_vectors);
        if (on_vectors) return LinearVectorOp{in(0), weights, epilogue()};
        return LinearOp{in(0), 1, 1, 1, 1, weights, epilogue()};
    }
    Operation operator()(const Bias&) { return elementwise(); }
    Operation operator()(const BatchNorm&) { return elementwise(); }
    Operation operator()(const Activation&) { return elementwise(); }
    Operation operator()(const Add&) { return elementwise(); }
    Operation operator()(const Multiply&) { return elementwise(); }
    Operation operator()(const AddBroadcast&) { return elementwise(); }

    Operation operator()(const RmsNorm& layer) {
        RmsNormOp op{in(0), node_->writes.front(), layer.epsilon, layer.over_board, {}, node_->epilogue.kind};
        op.gamma_beta = weights_.add_pairs(*layer.gamma, layer.beta ? *layer.beta : std::vector<float>());
        return op;
    }
    Operation operator()(const GlobalPool& layer) { return PoolOp{in(0), node_->first, layer.kind}; }
    Operation operator()(const Attention& layer) {
        AttentionOp op{in(0), in(1), in(2), node_->first, layer};
        op.check(graph_.node(node_->first).name, capabilities_, half_);
        return op;
    }

  private:
    NodeId in(size_t i) const { return graph_.node(node_->first).inputs[i]; }

    Epilogue epilogue() {
        const FusedEpilogue& from = node_->epilogue;
        Epilogue to;
        to.multiplier = from.multiplier, to.vector = from.vector, to.residual = from.residual;
        to.raw = from.raw, to.activated = from.activated, to.kind = from.kind;
        to.affine = weights_.add_pairs(from.affine.scale, from.affine.shift);
        return to;
    }
    Operation elementwise() { return ElementwiseOp{in(0), epilogue()}; }

    const FusedGraph& fused_;
    const Graph& graph_;
    const Capabilities& capabilities_;
    bool half_;
    const LinearChoices& linear_;
    WeightStore weights_;
    const FusedNode* node_ = nullptr;
};

// Operands of products and of attention are 16-bit numbers, as are gates of GLUs; what is only added up, normalised or
// pooled stays in floats, the residual stream among it, so that nothing is rounded twice.
void store_operands_in_halves(const FusedGraph& fused, std::vector<DeviceValue>& values) {
    for (const FusedNode& node : fused.nodes()) {
        const Layer& layer = fused.layer(node);
        const std::vector<NodeId>& inputs = fused.graph().node(node.first).inputs;
        const auto store = [&](NodeId id) {
            DeviceValue& value = values[static_cast<size_t>(id)];
            value.is_half = !value.is_vector();
        };
        if (std::holds_alternative<Conv2d>(layer) || std::holds_alternative<MatMul>(layer)) store(inputs[0]);
        if (std::holds_alternative<Attention>(layer)) std::for_each(inputs.begin(), inputs.end(), store);
        if (node.epilogue.multiplier != kNoNode) store(node.epilogue.multiplier);
    }
}

}  // namespace

Program lower(const Graph& graph, const Capabilities& capabilities, bool fp16, LinearChoices linear) {
    Program program(fp16, std::move(linear));
    program.outputs = graph.outputs();
    program.spatial_channels = graph.spatial_channels();
    program.global_channels = graph.global_channels();
    program.meta_channels = graph.meta_channels();
    for (const Node& node : graph.nodes()) program.values.push_back({node.type, false});

    const FusedGraph fused = fuse_epilogues(graph);
    if (fp16) store_operands_in_halves(fused, program.values);
    Lowering lowering(fused, capabilities, fp16, program.linear);
    for (const FusedNode& node : fused.nodes()) program.steps.push_back(lowering.step_of(node));
    const std::array<NodeId, 5> outputs = graph.outputs().ids();
    for (size_t i = 0; i < outputs.size(); ++i)
        program.steps.push_back({outputs[i], {outputs[i]}, {}, WriteOutputOp{i, outputs[i]}});
    program.weights = lowering.take_weights();
    return program;
}

}  // namespace katago::vulkan
