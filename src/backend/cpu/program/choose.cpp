// SPDX-License-Identifier: MIT
#include "backend/cpu/program/choose.h"

#include <algorithm>
#include <string>

#include "backend/cpu/ops/winograd.h"
#include "nn/int8_layers.h"
#include "nn/stats.h"

namespace katago::cpu {

namespace {

// Transformed FP32 weights of all 3x3 layers together may take this much; networks beyond keep the plain ones and
// transform them in every evaluation, which costs a tenth of the arithmetic but a quarter of the memory and of its
// traffic. Systems of 32 bits are the smallest: their memory is narrow, so that reading the transformed weights of
// b6c96 (15 MB) would take as long, and their caches have room for neither.
constexpr size_t kMostTransformedBytes = size_t{sizeof(void*) == 4 ? 8 : 64} << 20;

}  // namespace

std::string name_of(const LayerShape& shape) {
    return std::string(shape.int8 ? "int8 " : "") + (shape.layer == LinearLayer::Conv3x3 ? "conv3x3 " : "dense ") +
           std::to_string(shape.in) + "x" + std::to_string(shape.out);
}

std::optional<LayerShape> layer_shape(const Node& node) {
    if (node.type.kind != TensorKind::Spatial) return std::nullopt;
    if (const auto* layer = std::get_if<MatMul>(&node.layer)) {
        return LayerShape{LinearLayer::Gemm, layer->in_channels, layer->out_channels};
    }
    const auto* conv = std::get_if<Conv2d>(&node.layer);
    if (conv == nullptr) return std::nullopt;
    if (is_pointwise(*conv)) return LayerShape{LinearLayer::Gemm, conv->in_channels, conv->out_channels};
    if (is_conv3x3(*conv)) return LayerShape{LinearLayer::Conv3x3, conv->in_channels, conv->out_channels};
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

std::vector<const LinearKernel*> candidates_for(const Graph& graph, const LayerShape& shape, const KernelSet& kernels,
                                                Precision precision) {
    std::vector<const LinearKernel*> candidates;
    const bool fp16 = precision == Precision::Fp16;
    const LayerOffer offer{.asked = fp16 ? Arithmetic::Fp16 : Arithmetic::Fp32, .attention = has_attention(graph)};
    for (const LinearKernel& kernel : kernels.linear) {
        const bool exact = kernel.arithmetic == Arithmetic::Fp32 ||
                           (fp16 ? kernel.arithmetic == Arithmetic::Fp16 : precision != Precision::Fp32);
        if (kernel.layer == shape.layer && exact && kernel.accepts(offer)) candidates.push_back(&kernel);
    }
    return candidates;
}

namespace {

// Sets as_many_layers of all.
void count_weights(CandidatesByShape& shapes) {
    const auto weights_of = [](const LayerShape& shape) { return double(shape.in) * shape.out; };
    std::map<LinearLayer, double> weights;
    for (const auto& [shape, candidates] : shapes) weights[shape.layer] += candidates.layers * weights_of(shape);
    for (auto& [shape, candidates] : shapes) candidates.as_many_layers = weights[shape.layer] / weights_of(shape);
}

}  // namespace

CandidatesByShape trunk_candidates(const Graph& graph, const KernelSet& kernels, Precision precision) {
    CandidatesByShape found;
    for (const auto& [shape, layers] : layer_shapes(graph))
        found[shape] = {.layers = layers,
                        .kernels = candidates_for(graph, shape, kernels, precision),
                        .spares_memory = shape.layer == LinearLayer::Conv3x3 && spares_memory(graph)};
    count_weights(found);
    return found;
}

CandidatesByShape library_int8_candidates(const Graph& graph, const KernelSet& kernels) {
    const PlanChoices choices;
    const LayerKernels layers(graph, kernels, choices);
    CandidatesByShape found;
    for (const NodeId id : int8_input_layers(graph)) {
        std::optional<LayerShape> shape = layer_shape(graph.node(id));
        if (!shape) continue;
        const LayerOffer offer{
            .asked = Arithmetic::Int8, .whole_rows = !layers.reads_glu(id), .weights = linear_weights(graph.node(id))};
        ShapeCandidates candidates{.layers = 1, .kernels = {}, .stored = offer.weights, .whole_rows = offer.whole_rows};
        bool by_library = false;
        for (const LinearKernel& kernel : kernels.linear) {
            if (kernel.layer != shape->layer || kernel.arithmetic != Arithmetic::Int8 || !kernel.accepts(offer))
                continue;
            candidates.kernels.push_back(&kernel);
            by_library = by_library || kernel.provider != KernelProvider::Own;
        }
        if (!by_library) continue;
        if (candidates.kernels.front()->provider != KernelProvider::Own) {
            const auto others = candidates_for(graph, *shape, kernels, Precision::Auto);
            candidates.kernels.insert(candidates.kernels.begin(), others.begin(), others.end());
        }
        shape->int8 = true;
        if (const auto [at, is_new] = found.emplace(*shape, candidates); !is_new) ++at->second.layers;
    }
    count_weights(found);
    return found;
}

bool spares_memory(const Graph& graph) {
    size_t bytes = 0;
    for (const Node& node : graph.nodes()) {
        const auto* conv = std::get_if<Conv2d>(&node.layer);
        if (conv == nullptr || !is_conv3x3(*conv)) continue;
        bytes += sizeof(float) * kWinogradPositions * static_cast<size_t>(conv->in_channels) *
                 static_cast<size_t>(conv->out_channels);
    }
    return bytes > kMostTransformedBytes;
}

LayerKernels::LayerKernels(const Graph& graph, const KernelSet& kernels, const PlanChoices& choices)
    : graph_(graph),
      kernels_(kernels),
      choices_(choices),
      is_trunk_(graph.trunk()),
      tolerates_int8_(int8_layers(graph)) {}

bool LayerKernels::reads_glu(NodeId id) const {
    return std::holds_alternative<Multiply>(input_layer(id));
}

bool LayerKernels::reads_planes(NodeId id) const {
    return std::holds_alternative<InputSpatial>(input_layer(id));
}

bool LayerKernels::is_conv_first(NodeId id) const {
    return reads_planes(id) && fp32_gemm().provider == KernelProvider::Own;
}

bool LayerKernels::takes_int8(NodeId id) const {
    return choices_.int8 && !reads_planes(id) && std::binary_search(tolerates_int8_.begin(), tolerates_int8_.end(), id);
}

const LinearKernel* LayerKernels::kernel_by_name(NodeId id, LinearLayer layer, const LinearWeights& weights) const {
    if (!choices_.provider || choices_.provider == KernelProvider::Own) return nullptr;
    // Beside INT8 in FP32: sums in FP16 would lose more than INT8 does. The planes are where rounding weighs most.
    const Arithmetic asked = takes_int8(id)                                               ? Arithmetic::Int8
                             : is_trunk(id) && choices_.fp16_weights && !reads_planes(id) ? Arithmetic::Fp16
                                                                                          : Arithmetic::Fp32;
    const LayerOffer offer{.asked = asked, .whole_rows = !reads_glu(id), .weights = &weights, .by_name = true};
    for (const Arithmetic arithmetic : {asked, Arithmetic::Fp32}) {
        const LinearKernel* kernel = find_linear(kernels_, layer, arithmetic, *choices_.provider);
        if (kernel != nullptr && kernel->accepts(offer) && is_available(*kernel)) return kernel;
    }
    return nullptr;
}

const LinearKernel* LayerKernels::int8_kernel(NodeId id, LinearLayer layer, const LinearWeights& weights) const {
    if (!takes_int8(id)) return nullptr;
    const LayerOffer offer{.asked = Arithmetic::Int8, .whole_rows = !reads_glu(id), .weights = &weights};
    if (std::optional<LayerShape> shape = layer_shape(graph_.node(id))) {
        shape->int8 = true;
        const auto choice = choices_.kernels.find(*shape);
        if (choice != choices_.kernels.end() && choice->second->accepts(offer)) return choice->second;
    }
    const LinearKernel* own = find_linear(kernels_, layer, Arithmetic::Int8);
    return own != nullptr && own->accepts(offer) ? own : nullptr;
}

const LinearKernel& LayerKernels::kernel_for(NodeId id, LinearLayer layer, const LinearWeights& weights) const {
    if (const LinearKernel* by_name = kernel_by_name(id, layer, weights)) return *by_name;
    if (const LinearKernel* int8 = int8_kernel(id, layer, weights)) return *int8;
    if (const std::optional<LayerShape> shape = layer_shape(graph_.node(id)); shape && is_trunk(id)) {
        const auto choice = choices_.kernels.find(*shape);
        if (choice != choices_.kernels.end()) return *choice->second;
    }
    return *find_linear(kernels_, layer, Arithmetic::Fp32);
}

const LinearKernel& LayerKernels::fp32_gemm() const {
    const KernelProvider provider = choices_.provider.value_or(KernelProvider::Own);
    const LinearKernel* kernel = find_linear(kernels_, LinearLayer::Gemm, Arithmetic::Fp32, provider);
    return kernel != nullptr && is_available(*kernel) ? *kernel
                                                      : *find_linear(kernels_, LinearLayer::Gemm, Arithmetic::Fp32);
}

int64_t trunk_weight_bytes(const Graph& graph, const PlanChoices& choices, const KernelSet& kernels, int plans) {
    const LayerKernels layers(graph, kernels, choices);
    int64_t bytes = 0;
    for (NodeId id = 0; id < static_cast<NodeId>(graph.nodes().size()); ++id) {
        const Node& node = graph.node(id);
        const std::optional<LayerShape> shape = layer_shape(node);
        if (!layers.is_trunk(id) || !shape) continue;
        const int64_t weights = int64_t{shape->in} * shape->out * (shape->layer == LinearLayer::Conv3x3 ? 9 : 1);
        const LinearKernel& kernel = layers.kernel_for(id, shape->layer, *linear_weights(node));
        const int copies = kernel.shares_weights ? 1 : 1 + plans;
        bytes += copies * weights * kernel.weight_bytes.bytes / kernel.weight_bytes.weights;
    }
    return bytes;
}

const LinearKernel* usual_kernel(const std::vector<const LinearKernel*>& candidates) {
    const auto is_own = [](const LinearKernel* kernel) { return kernel->provider == KernelProvider::Own; };
    return *std::find_if(candidates.rbegin(), candidates.rend(), is_own);
}

KernelChoices usual_choices(const Graph& graph, const KernelSet& kernels) {
    KernelChoices choices;
    for (const auto& [shape, layers] : layer_shapes(graph))
        choices[shape] = usual_kernel(candidates_for(graph, shape, kernels, Precision::Auto));
    return choices;
}

KernelChoices fp16_choices(const Graph& graph, const KernelSet& kernels) {
    KernelChoices choices;
    if (find_linear(kernels, LinearLayer::Gemm, Arithmetic::Fp16) == nullptr) return choices;
    for (const auto& [shape, layers] : layer_shapes(graph)) {
        const LinearKernel* kernel = find_linear(kernels, shape.layer, Arithmetic::Fp16);
        if (kernel != nullptr) choices[shape] = kernel;
    }
    return choices;
}

}  // namespace katago::cpu
