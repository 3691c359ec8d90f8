// SPDX-License-Identifier: MIT
#include "nn/stats.h"

#include <variant>

namespace katago {

namespace {

int64_t size_of(const Weights& weights) {
    return weights ? static_cast<int64_t>(weights->size()) : 0;
}

MultiplyAdds multiply_adds_of(const Node& node) {
    if (const auto* attention = std::get_if<Attention>(&node.layer))
        return {.per_pair = int64_t{attention->heads} * (attention->qk_channels + attention->v_channels)};
    const LinearWeights* linear = linear_weights(node);
    const int64_t weights = linear ? static_cast<int64_t>(linear->size()) : 0;
    if (node.type.kind == TensorKind::Spatial) return {.per_point = weights};
    return {.once = weights};
}

// Of one layer's weights.
class Counter {
  public:
    LayerStats operator()(const Conv2d& layer) const { return dense(layer.weights); }
    LayerStats operator()(const MatMul& layer) const { return dense(layer.weights); }
    LayerStats operator()(const Bias& layer) const { return weights(size_of(layer.bias), 0); }
    LayerStats operator()(const BatchNorm& layer) const {
        return weights(size_of(layer.scale) + size_of(layer.bias), size_of(layer.mean) + size_of(layer.variance));
    }
    LayerStats operator()(const RmsNorm& layer) const { return weights(size_of(layer.gamma) + size_of(layer.beta), 0); }
    LayerStats operator()(const Attention& layer) const {
        const int64_t frequencies = size_of(layer.rope.frequencies);
        return layer.rope.learned ? weights(frequencies, 0) : weights(0, frequencies);
    }
    LayerStats operator()(const InputSpatial&) const { return {}; }
    LayerStats operator()(const InputGlobal&) const { return {}; }
    LayerStats operator()(const InputMeta&) const { return {}; }
    LayerStats operator()(const Activation&) const { return {}; }
    LayerStats operator()(const GlobalPool&) const { return {}; }
    LayerStats operator()(const Add&) const { return {}; }
    LayerStats operator()(const Multiply&) const { return {}; }
    LayerStats operator()(const AddBroadcast&) const { return {}; }

  private:
    static LayerStats weights(int64_t parameters, int64_t uncounted) {
        return {"", parameters, 0, 4 * (parameters + uncounted)};
    }
    LayerStats dense(const LinearWeights& matrix) const {
        return {"", static_cast<int64_t>(matrix.size()), 0, static_cast<int64_t>(matrix.stored_bytes())};
    }
};

}  // namespace

MultiplyAdds multiply_adds(const Graph& graph) {
    MultiplyAdds all;
    for (const Node& node : graph.nodes()) {
        const MultiplyAdds layer = multiply_adds_of(node);
        all.once += layer.once, all.per_point += layer.per_point, all.per_pair += layer.per_pair;
    }
    return all;
}

GraphStats graph_stats(const Graph& graph, int area) {
    GraphStats stats;
    stats.total.name = "total";
    for (const Node& node : graph.nodes()) {
        LayerStats layer = std::visit(Counter(), node.layer);
        layer.name = node.name;
        layer.multiply_adds = multiply_adds_of(node).on(area);
        stats.total.parameters += layer.parameters;
        stats.total.multiply_adds += layer.multiply_adds;
        stats.total.bytes += layer.bytes;
        stats.layers.push_back(std::move(layer));
    }
    return stats;
}

const LinearWeights* linear_weights(const Node& node) {
    return std::visit(
        [](const auto& layer) -> const LinearWeights* {
            if constexpr (requires { layer.weights; })
                return &layer.weights;
            else
                return nullptr;
        },
        node.layer);
}

}  // namespace katago
