// SPDX-License-Identifier: MIT
#include "backend/cpu/program/choose.h"

#include <algorithm>
#include <string>

#include "nn/int8_layers.h"

namespace katago::cpu {

namespace {

// Whether Precision::Auto may choose it. FP16 gemms of networks with attention are left to Precision::Fp16: they would
// be off by more than a user who has not asked for it should get. INT8 is a choice for a whole network.
bool is_candidate(const LinearKernel& kernel, bool attention) {
    if (kernel.arithmetic == Arithmetic::Int8) return false;
    return kernel.arithmetic != Arithmetic::Fp16 || kernel.layer != LinearLayer::Gemm || !attention;
}

int64_t bytes_of(int64_t weights, const WeightBytes& ratio) {
    return weights * ratio.bytes / ratio.weights;
}

}  // namespace

std::string name_of(const LayerShape& shape) {
    return std::string(shape.layer == LinearLayer::Conv3x3 ? "conv3x3 " : "dense ") + std::to_string(shape.in) + "x" +
           std::to_string(shape.out);
}

std::optional<LayerShape> layer_shape(const Node& node) {
    if (node.type.kind != TensorKind::Spatial) return std::nullopt;
    if (const auto* layer = std::get_if<MatMul>(&node.layer)) {
        return LayerShape{LinearLayer::Gemm, layer->in_channels, layer->out_channels};
    }
    const auto* conv = std::get_if<Conv2d>(&node.layer);
    if (conv == nullptr) return std::nullopt;
    if (is_pointwise(*conv)) return LayerShape{LinearLayer::Gemm, conv->in_channels, conv->out_channels};
    if (is_winograd(*conv)) return LayerShape{LinearLayer::Conv3x3, conv->in_channels, conv->out_channels};
    return std::nullopt;
}

std::map<LayerShape, int> layer_shapes(const Graph& graph) {
    std::map<LayerShape, int> shapes;
    const std::vector<bool> trunk = graph.trunk();
    for (size_t id = 0; id < trunk.size(); ++id) {
        const Node& node = graph.nodes()[id];
        if (!trunk[id] || node.inputs.empty()) continue;
        const Layer& source = graph.node(node.inputs[0]).layer;  // planes have a kernel of their own
        if (std::holds_alternative<InputSpatial>(source)) continue;
        if (const auto shape = layer_shape(node)) ++shapes[*shape];
    }
    return shapes;
}

std::vector<const LinearKernel*> candidates_for(const Graph& graph, const LayerShape& shape, const KernelSet& kernels) {
    std::vector<const LinearKernel*> candidates;
    const bool attention = has_attention(graph);
    for (const LinearKernel& kernel : kernels.linear)
        if (kernel.layer == shape.layer && is_candidate(kernel, attention)) candidates.push_back(&kernel);
    return candidates;
}

int64_t trunk_weight_bytes(const Graph& graph, const PlanChoices& choices, const KernelSet& kernels) {
    const std::vector<NodeId> int8 = int8_layers(graph);
    const std::vector<bool> trunk = graph.trunk();
    int64_t bytes = 0;
    for (size_t id = 0; id < trunk.size(); ++id) {
        const std::optional<LayerShape> shape = layer_shape(graph.nodes()[id]);
        if (!trunk[id] || !shape) continue;
        const int64_t weights = int64_t{shape->in} * shape->out * (shape->layer == LinearLayer::Conv3x3 ? 9 : 1);
        const LinearKernel* kernel = find_linear(kernels, shape->layer, Arithmetic::Fp32);
        if (choices.int8 && std::binary_search(int8.begin(), int8.end(), static_cast<NodeId>(id))) {
            kernel = find_linear(kernels, shape->layer, Arithmetic::Int8);
        } else if (const auto choice = choices.kernels.find(*shape); choice != choices.kernels.end()) {
            kernel = choice->second;
        }
        bytes += bytes_of(weights, kernel->weight_bytes);
    }
    return bytes;
}

KernelChoices usual_choices(const Graph& graph, const KernelSet& kernels) {
    KernelChoices choices;
    for (const auto& [shape, layers] : layer_shapes(graph))
        choices[shape] = candidates_for(graph, shape, kernels).back();
    return choices;
}

KernelChoices fp16_choices(const Graph& graph, const KernelSet& kernels) {
    KernelChoices choices;
    if (find_linear(kernels, LinearLayer::Gemm, Arithmetic::Fp16) == nullptr) return choices;
    for (const auto& [shape, layers] : layer_shapes(graph))
        choices[shape] = find_linear(kernels, shape.layer, Arithmetic::Fp16);
    return choices;
}

}  // namespace katago::cpu
