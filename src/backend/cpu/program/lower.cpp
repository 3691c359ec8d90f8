// SPDX-License-Identifier: MIT
#include <algorithm>
#include <optional>
#include <utility>

#include "backend/cpu/ops/layout.h"
#include "backend/cpu/ops/pack/pack.h"
#include "backend/cpu/program/program.h"
#include "backend/cpu/program/rewrites.h"
#include "core/fp16.h"
#include "nn/passes/fuse_epilogues.h"

namespace katago::cpu {

namespace {

ConvGeometry geometry_of(const Conv2d& conv) {
    return {conv.kernel_y, conv.kernel_x, conv.dilation_y, conv.dilation_x, conv.in_channels};
}

const AttentionKernel& attention_kernel(const KernelSet& kernels, const PlanChoices& choices) {
    if (choices.attention != nullptr) return *choices.attention;
    if (choices.provider) {
        const AttentionKernel* found = find_attention(kernels, Arithmetic::Fp32, *choices.provider);
        if (found != nullptr && found->provider != KernelProvider::Own && is_available(*found)) return *found;
    }
    return attention_as_gemms(kernels, choices.kernels);
}

// Makes the step of each fused node. Visits its layer.
class Lowering {
  public:
    Lowering(const FusedGraph& fused, const KernelSet& kernels, const PlanChoices& choices)
        : fused_(fused),
          graph_(fused.graph()),
          kernels_(kernels),
          choices_(choices),
          layers_(graph_, kernels, choices),
          attention_(attention_kernel(kernels, choices)),
          spares_memory_(spares_memory(graph_)) {}

    // The step of a fused node; none where convolutions alone read it, which take the plan's input as it is.
    std::optional<Step> step_of(const FusedNode& node) {
        node_ = &node;
        std::optional<Operation> operation = std::visit(*this, fused_.layer(node));
        if (!operation) return std::nullopt;
        std::vector<NodeId> reads = node.reads;
        if (std::holds_alternative<ConvFirstStep>(*operation)) reads.erase(reads.begin());
        return Step{node.first, graph_.node(node.first).type, std::move(reads), node.writes, std::move(*operation)};
    }

    std::optional<Operation> operator()(const InputSpatial&) const {
        const auto& readers = fused_.readers(node_->first);
        const bool as_it_is = std::all_of(readers.begin(), readers.end(), [&](int reader) {
            const FusedNode& node = fused_.nodes()[static_cast<size_t>(reader)];
            return std::holds_alternative<Conv2d>(fused_.layer(node)) && layers_.is_conv_first(node.first);
        });
        if (as_it_is) return std::nullopt;
        return input(InputStep::Source::Spatial);
    }
    std::optional<Operation> operator()(const InputGlobal&) const { return input(InputStep::Source::Global); }
    std::optional<Operation> operator()(const InputMeta&) const { return input(InputStep::Source::Meta); }

    std::optional<Operation> operator()(const Conv2d& conv) const {
        if (layers_.is_conv_first(node_->first)) return conv_first(conv);
        const LayerSize size{conv.kernel_y * conv.kernel_x, conv.in_channels, conv.out_channels};
        if (is_pointwise(conv)) return linear(conv.weights, size, LinearLayer::Gemm);
        if (is_conv3x3(conv)) return linear(conv.weights, size, LinearLayer::Conv3x3);
        return im2col(conv);
    }
    std::optional<Operation> operator()(const MatMul& layer) const {
        return linear(layer.weights, {1, layer.in_channels, layer.out_channels}, LinearLayer::Gemm);
    }

    std::optional<Operation> operator()(const Bias&) const { return elementwise(); }
    std::optional<Operation> operator()(const BatchNorm&) const { return elementwise(); }
    std::optional<Operation> operator()(const Activation&) const { return elementwise(); }
    std::optional<Operation> operator()(const Add&) const { return elementwise(); }
    std::optional<Operation> operator()(const Multiply&) const { return elementwise(); }
    std::optional<Operation> operator()(const AddBroadcast&) const { return elementwise(); }

    std::optional<Operation> operator()(const RmsNorm& layer) const {
        RmsNormStep step;
        step.kernels = &kernels_.pointwise;
        step.in = in(0), step.out = node_->writes.front();
        step.epsilon = layer.epsilon, step.over_board = layer.over_board, step.kind = node_->epilogue.kind;
        step.gamma = pad_channels(*layer.gamma, kernels_.width);
        if (layer.beta) step.beta = pad_channels(*layer.beta, kernels_.width);
        return step;
    }
    std::optional<Operation> operator()(const GlobalPool& layer) const {
        PoolStep step;
        step.kernels = &kernels_.pointwise;
        step.in = in(0), step.out = node_->first, step.kind = layer.kind;
        step.in_channels = graph_.node(in(0)).type.channels;
        return step;
    }
    std::optional<Operation> operator()(const Attention& layer) const {
        AttentionStep step;
        step.kernel = &attention_;
        step.q = in(0), step.k = in(1), step.v = in(2), step.out = node_->first, step.layer = layer;
        return step;
    }

  private:
    NodeId in(size_t i) const { return graph_.node(node_->first).inputs[i]; }

    Epilogue epilogue() const {
        const FusedEpilogue& from = node_->epilogue;
        Epilogue out;
        out.multiplier = from.multiplier, out.vector = from.vector, out.residual = from.residual;
        out.raw = from.raw, out.activated = from.activated, out.kind = from.kind;
        out.scale = pad_channels(from.affine.scale, kernels_.width);
        out.shift = pad_channels(from.affine.shift, kernels_.width);
        return out;
    }

    // Weights as the layer computes with them.
    LinearWeights weights_of(const LinearWeights& stored) const {
        if (!choices_.fp16_weights || stored.dtype() == DType::Float16) return stored;
        std::vector<float> rounded(*stored.floats());
        for (float& x : rounded) x = float_of_fp16(fp16_of_float(x));
        return make_weights(std::move(rounded));
    }

    Operation linear(const LinearWeights& stored, const LayerSize& size, LinearLayer layer) const {
        LinearStep step;
        step.kernel = &layers_.kernel_for(node_->first, layer, stored);
        step.in = in(0), step.size = size;
        const bool int8 = step.kernel->arithmetic == Arithmetic::Int8;
        const LinearWeights weights = int8 ? stored : weights_of(stored);
        step.weights = step.kernel->pack(*step.kernel, {.weights = weights,
                                                        .size = size,
                                                        .width = kernels_.width,
                                                        .spares_memory = spares_memory_,
                                                        .whole_rows = !layers_.reads_glu(node_->first)});
        step.epilogue = epilogue();
        return step;
    }
    Operation im2col(const Conv2d& layer) const {
        Im2colStep step;
        step.gemm = &layers_.fp32_gemm();
        step.in = in(0), step.geometry = geometry_of(layer);
        const int padded = vectors_of(layer.in_channels, kernels_.width) * kernels_.width;
        const LinearWeights weights = im2col_weights(with_weights(layer), kernels_.width);
        step.weights =
            step.gemm->pack(*step.gemm, {.weights = weights,
                                         .size = {1, layer.kernel_y * layer.kernel_x * padded, layer.out_channels},
                                         .width = kernels_.width});
        step.epilogue = epilogue();
        return step;
    }
    Operation conv_first(const Conv2d& layer) const {
        ConvFirstStep step;
        step.kernel = &kernels_.conv_first;
        step.geometry = geometry_of(layer);
        step.weights = pack_conv_first(with_weights(layer), kernels_.width);
        step.epilogue = epilogue();
        return step;
    }
    Conv2d with_weights(Conv2d layer) const {
        layer.weights = weights_of(layer.weights);
        return layer;
    }

    Operation input(InputStep::Source source) const {
        InputStep step;
        step.source = source, step.out = node_->first;
        return step;
    }
    Operation elementwise() const {
        ElementwiseStep step;
        step.kernels = &kernels_.pointwise;
        step.in = in(0), step.epilogue = epilogue();
        return step;
    }

    const FusedGraph& fused_;
    const Graph& graph_;
    const KernelSet& kernels_;
    const PlanChoices& choices_;
    LayerKernels layers_;
    const AttentionKernel& attention_;
    bool spares_memory_;
    const FusedNode* node_ = nullptr;
};

}  // namespace

Program lower(const Graph& graph, const KernelSet& kernels, const PlanChoices& choices) {
    Program program;
    program.width = kernels.width;
    program.fp16_weights = choices.fp16_weights;
    program.accumulation_depth = choices.int8 ? 16 : 8;  // beside INT8, which loses ten times as much
    program.near_cache_bytes = near_cache_bytes();
    program.outputs = graph.outputs();
    program.spatial_channels = graph.spatial_channels();
    program.global_channels = graph.global_channels();
    program.meta_channels = graph.meta_channels();
    for (const Node& node : graph.nodes()) program.types.push_back(node.type);
    program.stored_as_fp16.resize(program.types.size(), false);

    const FusedGraph fused = fuse_epilogues(graph);
    Lowering lowering(fused, kernels, choices);
    std::vector<int> step_of;
    for (const FusedNode& node : fused.nodes()) {
        std::optional<Step> step = lowering.step_of(node);
        step_of.push_back(step ? static_cast<int>(program.steps.size()) : -1);
        if (step) program.steps.push_back(std::move(*step));
    }
    join_glus(program, fused, step_of, kernels);
    join_norms(program);
    store_fp16(program);
    share_inputs(program);
    return program;
}

}  // namespace katago::cpu
