// SPDX-License-Identifier: MIT
#include "nn/stats.h"

#include <variant>

namespace katago {

namespace {

int64_t size_of(const Weights& weights) {
    return weights ? static_cast<int64_t>(weights->size()) : 0;
}

class Counter {
  public:
    Counter(const Node& node, int64_t area) : area_(area), points_(node.type.kind == TensorKind::Spatial ? area : 1) {}

    LayerStats operator()(const Conv2d& layer) const { return dense(layer.weights); }
    LayerStats operator()(const MatMul& layer) const { return dense(layer.weights); }
    LayerStats operator()(const Bias& layer) const { return weights(size_of(layer.bias), 0); }
    LayerStats operator()(const BatchNorm& layer) const {
        return weights(size_of(layer.scale) + size_of(layer.bias), size_of(layer.mean) + size_of(layer.variance));
    }
    LayerStats operator()(const RmsNorm& layer) const { return weights(size_of(layer.gamma) + size_of(layer.beta), 0); }
    LayerStats operator()(const Attention& layer) const {
        const int64_t frequencies = size_of(layer.rope.frequencies);
        LayerStats stats = layer.rope.learned ? weights(frequencies, 0) : weights(0, frequencies);
        stats.multiply_adds = int64_t{layer.heads} * (layer.qk_channels + layer.v_channels) * area_ * area_;
        return stats;
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
    LayerStats dense(const ProductWeights& matrix) const {
        LayerStats stats{"", static_cast<int64_t>(matrix.size()), 0, static_cast<int64_t>(matrix.stored_bytes())};
        stats.multiply_adds = stats.parameters * points_;
        return stats;
    }

    int64_t area_;
    int64_t points_;  // at which the layer is applied
};

}  // namespace

GraphStats graph_stats(const Graph& graph, int area) {
    GraphStats stats;
    stats.total.name = "total";
    for (const Node& node : graph.nodes()) {
        LayerStats layer = std::visit(Counter(node, area), node.layer);
        layer.name = node.name;
        stats.total.parameters += layer.parameters;
        stats.total.multiply_adds += layer.multiply_adds;
        stats.total.bytes += layer.bytes;
        stats.layers.push_back(std::move(layer));
    }
    return stats;
}

}  // namespace katago
