// SPDX-License-Identifier: MIT
#include "nn/int8_products.h"

#include <algorithm>

#include "nn/stats.h"

namespace katago {

namespace {

bool is_stored(const Node& node, DType dtype) {
    const ProductWeights* weights = product_weights(node);
    return weights != nullptr && weights->dtype() == dtype;
}

// What a product's results are used for, through an activation or not.
class Uses {
  public:
    explicit Uses(const Graph& graph) : graph_(graph), readers_(graph.readers()) {}

    // A gated layer's: one of the two that are multiplied, or the one that reads what comes of that.
    bool is_gated(NodeId id) const {
        return is<Multiply>(graph_.node(id).inputs[0]) || any_reader(id, [&](NodeId reader) {
                   return is<Multiply>(reader) ||
                          (is<Activation>(reader) && any_reader(reader, [&](NodeId r) { return is<Multiply>(r); }));
               });
    }
    // Queries, keys, or what is made of attention's results.
    bool serves_attention(NodeId id) const {
        return is<Attention>(graph_.node(id).inputs[0]) || any_reader(id, [&](NodeId reader) {
                   const Node& node = graph_.node(reader);
                   return is<Attention>(reader) && (node.inputs[0] == id || node.inputs[1] == id);
               });
    }

  private:
    template <class Kind>
    bool is(NodeId id) const {
        return std::holds_alternative<Kind>(graph_.node(id).layer);
    }
    template <class Test>
    bool any_reader(NodeId id, const Test& test) const {
        return std::any_of(readers_[static_cast<size_t>(id)].begin(), readers_[static_cast<size_t>(id)].end(), test);
    }

    const Graph& graph_;
    std::vector<std::vector<NodeId>> readers_;
};

}  // namespace

bool has_attention(const Graph& graph) {
    return std::any_of(graph.nodes().begin(), graph.nodes().end(),
                       [](const Node& node) { return std::holds_alternative<Attention>(node.layer); });
}

std::vector<bool> int8_products(const Graph& graph) {
    std::vector<bool> marked = graph.trunk();
    const bool attention = has_attention(graph);
    const Uses uses(graph);
    const bool quantized = std::any_of(graph.nodes().begin(), graph.nodes().end(),
                                       [](const Node& node) { return is_stored(node, DType::Int8); });
    for (size_t i = 0; i < marked.size(); ++i) {
        const Node& node = graph.nodes()[i];
        const auto id = static_cast<NodeId>(i);
        // A quantized file that keeps a layer in halves found that it needs more than 8 bits.
        marked[i] = marked[i] && product_weights(node) != nullptr && node.type.kind == TensorKind::Spatial &&
                    !(quantized && is_stored(node, DType::Float16));
        if (marked[i] && attention) marked[i] = uses.is_gated(id) || uses.serves_attention(id);
    }
    return marked;
}

}  // namespace katago
