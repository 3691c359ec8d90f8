// SPDX-License-Identifier: MIT
#include "nn/int8_layers.h"

#include <algorithm>

#include "nn/stats.h"

namespace katago {

namespace {

bool is_stored(const Node& node, DType dtype) {
    const LinearWeights* weights = linear_weights(node);
    return weights != nullptr && weights->dtype() == dtype;
}

// The uses of a linear layer's result, behind an activation or not.
class Uses {
  public:
    explicit Uses(const Graph& graph) : graph_(graph), readers_(graph.readers()) {}

    // Whether it belongs to a GLU: one of the two that are multiplied, or the one that reads their product.
    bool is_in_glu(NodeId id) const {
        return is<Multiply>(graph_.node(id).inputs[0]) || any_reader(id, [&](NodeId reader) {
                   return is<Multiply>(reader) ||
                          (is<Activation>(reader) && any_reader(reader, [&](NodeId r) { return is<Multiply>(r); }));
               });
    }
    // Whether it makes queries or keys, or reads what attention makes.
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

std::vector<NodeId> int8_candidates(const Graph& graph) {
    const std::vector<bool> trunk = graph.trunk();
    std::vector<NodeId> found;
    for (NodeId id = 0; const Node& node : graph.nodes()) {
        if (linear_weights(node) && node.type.kind == TensorKind::Spatial && trunk[static_cast<size_t>(id)])
            found.push_back(id);
        ++id;
    }
    return found;
}

std::vector<NodeId> int8_layers(const Graph& graph) {
    const bool attention = has_attention(graph);
    const Uses uses(graph);
    const bool quantized = std::any_of(graph.nodes().begin(), graph.nodes().end(),
                                       [](const Node& node) { return is_stored(node, DType::Int8); });
    std::vector<NodeId> found = int8_candidates(graph);
    std::erase_if(found, [&](NodeId id) {
        // A quantized file that keeps a layer in FP16 found that it needs more than 8 bits.
        if (quantized && is_stored(graph.node(id), DType::Float16)) return true;
        return attention && !uses.is_in_glu(id) && !uses.serves_attention(id);
    });
    return found;
}

std::vector<NodeId> int8_input_layers(const Graph& graph) {
    std::vector<NodeId> found = int8_layers(graph);
    std::erase_if(found, [&](NodeId id) {
        const Node& node = graph.node(id);
        const auto* conv = std::get_if<Conv2d>(&node.layer);
        const bool is_large = conv != nullptr && !is_pointwise(*conv) && !is_conv3x3(*conv);
        return is_large || std::holds_alternative<InputSpatial>(graph.node(node.inputs[0]).layer);
    });
    return found;
}

}  // namespace katago
