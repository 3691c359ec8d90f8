// SPDX-License-Identifier: MIT
#include "quant/stored_weights.h"

#include <memory>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "core/ensure.h"
#include "core/fp16.h"

namespace katago {

LinearShape linear_shape(const Node& node) {
    ENSURE(linear_weights(node) != nullptr);
    return std::visit(
        [](const auto& layer) -> LinearShape {
            if constexpr (requires { layer.kernel_y; })
                return {layer.kernel_y * layer.kernel_x, layer.in_channels, layer.out_channels};
            else if constexpr (requires { layer.weights; })
                return {1, layer.in_channels, layer.out_channels};
            else
                return {};
        },
        node.layer);
}

int64_t bytes_in_fp32(const Graph& graph) {
    const GraphStats stats = graph_stats(graph, /*area=*/1);
    int64_t bytes = 0;
    for (size_t i = 0; i < graph.nodes().size(); ++i) {
        const LinearWeights* weights = linear_weights(graph.nodes()[i]);
        bytes += weights ? static_cast<int64_t>(sizeof(float) * weights->size()) : stats.layers[i].bytes;
    }
    return bytes;
}

Graph with_weights(const Graph& graph, const ChooseWeights& choose) {
    GraphBuilder builder;
    for (NodeId id = 0; const Node& node : graph.nodes()) {
        Layer layer = node.layer;
        std::visit(
            [&](auto& linear) {
                if constexpr (requires { linear.weights; }) linear.weights = choose(id, linear.weights);
            },
            layer);
        builder.add(node.name, std::move(layer), node.inputs);
        ++id;
    }
    return builder.build(graph.outputs());
}

std::optional<LinearWeights> as_fp16(const LinearWeights& weights) {
    if (weights.dtype() == DType::Float16) return weights;
    const Weights floats = weights.floats();
    auto rounded = std::make_shared<std::vector<uint16_t>>();
    rounded->reserve(floats->size());
    for (const float value : *floats) {
        const uint16_t fp16 = fp16_of_float(value);
        if ((fp16 & 0x7fff) >= 0x7c00) return std::nullopt;
        rounded->push_back(fp16);
    }
    const std::span<const uint16_t> values(*rounded);
    return LinearWeights(values, std::move(rounded));
}

Graph in_fp16(const Graph& graph) {
    return with_weights(graph, [](NodeId, const LinearWeights& weights) { return as_fp16(weights).value_or(weights); });
}

}  // namespace katago
