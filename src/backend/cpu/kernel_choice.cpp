// SPDX-License-Identifier: MIT
#include "backend/cpu/kernel_choice.h"

#include <algorithm>
#include <string>

#include "nn/int8_layers.h"

namespace katago::cpu {

std::string_view name_of(ProductKernel kernel) {
    switch (kernel) {
        case ProductKernel::WinogradF32:
            return "winograd_f32";
        case ProductKernel::WinogradF16:
            return "winograd_f16";
        case ProductKernel::WinogradS16:
            return "winograd_s16";
        case ProductKernel::GemmF32:
            return "gemm_f32";
        case ProductKernel::GemmF16:
            return "gemm_f16";
        case ProductKernel::GemmS16:
            return "gemm_s16";
    }
    return "";
}

std::string name_of(const ProductShape& shape) {
    return std::string(shape.kind == ProductShape::Kind::Conv3x3 ? "conv3x3 " : "dense ") + std::to_string(shape.in) +
           "x" + std::to_string(shape.out);
}

std::optional<ProductShape> product_shape(const Node& node) {
    if (node.type.kind != TensorKind::Spatial) return std::nullopt;
    if (const auto* layer = std::get_if<MatMul>(&node.layer)) {
        return ProductShape{ProductShape::Kind::Dense, layer->in_channels, layer->out_channels};
    }
    const auto* conv = std::get_if<Conv2d>(&node.layer);
    if (conv == nullptr) return std::nullopt;
    if (is_pointwise(*conv)) return ProductShape{ProductShape::Kind::Dense, conv->in_channels, conv->out_channels};
    if (is_winograd(*conv)) return ProductShape{ProductShape::Kind::Conv3x3, conv->in_channels, conv->out_channels};
    return std::nullopt;
}

std::map<ProductShape, int> product_shapes(const Graph& graph) {
    std::map<ProductShape, int> shapes;
    const std::vector<bool> trunk = graph.trunk();
    for (size_t id = 0; id < trunk.size(); ++id) {
        const Node& node = graph.nodes()[id];
        if (!trunk[id] || node.inputs.empty()) continue;
        const Layer& source = graph.node(node.inputs[0]).layer;  // planes have a kernel of their own
        if (std::holds_alternative<InputSpatial>(source)) continue;
        if (const auto shape = product_shape(node)) ++shapes[*shape];
    }
    return shapes;
}

std::vector<ProductKernel> candidates_for(const Graph& graph, const ProductShape& shape, const Kernels& kernels) {
    const bool conv = shape.kind == ProductShape::Kind::Conv3x3;
    std::vector<ProductKernel> kinds = {conv ? ProductKernel::WinogradF32 : ProductKernel::GemmF32};
    if (conv && kernels.integer_winograd != nullptr) kinds.push_back(ProductKernel::WinogradS16);
    if (!conv && kernels.integer_dense != nullptr) kinds.push_back(ProductKernel::GemmS16);
    if (conv && kernels.half_winograd != nullptr) kinds.push_back(ProductKernel::WinogradF16);
    // Dense products of networks with attention are left to Precision::Fp16: in halves they would be off by more than a
    // user who has not asked for it should get.
    if (!conv && kernels.half_dense != nullptr && !has_attention(graph)) kinds.push_back(ProductKernel::GemmF16);
    return kinds;
}

int64_t trunk_weight_bytes(const Graph& graph, const PlanChoices& choices, const Kernels& kernels) {
    const std::vector<NodeId> int8 = int8_layers(graph);
    const std::vector<bool> trunk = graph.trunk();
    int64_t bytes = 0;
    for (size_t id = 0; id < trunk.size(); ++id) {
        const std::optional<ProductShape> shape = product_shape(graph.nodes()[id]);
        if (!trunk[id] || !shape) continue;
        const int64_t pairs = int64_t{shape->in} * shape->out;
        const bool conv = shape->kind == ProductShape::Kind::Conv3x3;
        if (choices.int8 && std::binary_search(int8.begin(), int8.end(),
                                               static_cast<NodeId>(id))) {  // and a scale and a sum for each block
            bytes += (conv ? 9 : 1) * pairs * (kInt8Line + 8) / kInt8Line;
            continue;
        }
        const auto choice = choices.kernels.find(*shape);
        const bool integers = choice != choices.kernels.end() && (choice->second == ProductKernel::WinogradS16 ||
                                                                  choice->second == ProductKernel::GemmS16);
        if (integers && !conv && kernels.mixed_columns) {  // two blocks of integers to each of floats
            bytes += pairs * (2 + 2 + 4) / 3;
            continue;
        }
        bytes += (!conv ? 1 : integers ? kWinogradPositions : 9) * pairs * (integers ? 2 : 4);
    }
    return bytes;
}

KernelChoices usual_choices(const Graph& graph, const Kernels& kernels) {
    KernelChoices choices;
    for (const auto& [shape, layers] : product_shapes(graph))
        choices[shape] = candidates_for(graph, shape, kernels).back();
    return choices;
}

KernelChoices half_choices(const Graph& graph, const Kernels& kernels) {
    KernelChoices choices;
    if (kernels.half_dense == nullptr) return choices;
    for (const auto& [shape, layers] : product_shapes(graph)) {
        const bool conv = shape.kind == ProductShape::Kind::Conv3x3;
        choices[shape] = conv ? ProductKernel::WinogradF16 : ProductKernel::GemmF16;
    }
    return choices;
}

}  // namespace katago::cpu
