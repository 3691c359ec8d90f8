// SPDX-License-Identifier: MIT
#include "nn/passes/fuse_epilogues.h"

#include <algorithm>
#include <utility>

#include "core/ensure.h"

namespace katago {

namespace {

template <class... Kinds>
bool is_any(const Layer& layer) {
    return (std::holds_alternative<Kinds>(layer) || ...);
}

bool is_affine_or_activation(const Layer& layer) {
    return is_any<Bias, BatchNorm, Activation>(layer);
}

// Makes the fused nodes of a graph, one for each node that no earlier one took in.
class EpilogueFuser {
  public:
    explicit EpilogueFuser(const Graph& graph)
        : graph_(graph), readers_(graph.readers()), is_fused_(graph.nodes().size(), false) {}

    std::vector<FusedNode> run() {
        std::vector<FusedNode> nodes;
        for (NodeId id = 0; id < static_cast<NodeId>(graph_.nodes().size()); ++id) {
            if (!is_fused_[static_cast<size_t>(id)]) nodes.push_back(fused_node(id));
        }
        std::stable_sort(nodes.begin(), nodes.end(),
                         [](const FusedNode& a, const FusedNode& b) { return a.order < b.order; });
        return nodes;
    }

  private:
    FusedNode fused_node(NodeId id) {
        FusedNode node;
        node.first = node.order = id;
        node.reads = graph_.node(id).inputs;
        const Layer& layer = graph_.node(id).layer;
        if (is_any<Conv2d, MatMul>(layer)) {
            fuse_sums(node, id);
        } else if (is_any<Multiply, AddBroadcast, Add>(layer)) {
            node.reads.resize(1);
            ENSURE(fuse_sum(node.epilogue, id, node.reads[0]));
            fuse_sums(node, id);
        } else if (is_affine_or_activation(layer)) {
            fuse_affines(node.epilogue, id);
        } else {
            node.epilogue.raw = id;
            if (is_any<RmsNorm>(layer)) fuse_activation(node.epilogue, id);
        }
        const FusedEpilogue& e = node.epilogue;
        for (const NodeId value : {e.multiplier, e.vector, e.residual}) {
            if (value != kNoNode) node.reads.push_back(value);
        }
        for (const NodeId value : {e.raw, e.activated}) {
            if (value != kNoNode) node.writes.push_back(value);
        }
        return node;
    }

    // The node that alone reads `id`, if nothing has taken it in yet.
    NodeId only_reader(NodeId id) const {
        const std::vector<NodeId>& readers = readers_[static_cast<size_t>(id)];
        if (graph_.is_output(id) || readers.size() != 1) return kNoNode;
        return is_fused_[static_cast<size_t>(readers[0])] ? kNoNode : readers[0];
    }

    // Takes in `id`, one of whose inputs is the result so far, if it is of that kind and its place is free. The product
    // comes first: behind a sum there is no place for it.
    bool fuse_sum(FusedEpilogue& epilogue, NodeId id, NodeId result) {
        const Node& node = graph_.node(id);
        if (node.inputs.size() != 2) return false;
        const NodeId operand = node.inputs[0] == result ? node.inputs[1] : node.inputs[0];
        NodeId* place = nullptr;
        if (is_any<Multiply>(node.layer)) {
            if (epilogue.vector == kNoNode && epilogue.residual == kNoNode) place = &epilogue.multiplier;
        } else if (is_any<AddBroadcast>(node.layer)) {
            if (node.inputs[0] == result) place = &epilogue.vector;
        } else if (is_any<Add>(node.layer)) {
            place = &epilogue.residual;
        }
        if (place == nullptr || *place != kNoNode) return false;
        *place = operand;
        is_fused_[static_cast<size_t>(id)] = true;
        return true;
    }

    // Takes in what follows `id`, the layer itself or its first sum.
    void fuse_sums(FusedNode& node, NodeId id) {
        for (NodeId next = only_reader(id); next != kNoNode && fuse_sum(node.epilogue, next, id);
             next = only_reader(id))
            id = next;
        node.order = id;
        const std::vector<NodeId>& readers = readers_[static_cast<size_t>(id)];
        const auto reader = std::find_if(readers.begin(), readers.end(),
                                         [&](NodeId r) { return is_affine_or_activation(graph_.node(r).layer); });
        if (reader != readers.end()) fuse_affines(node.epilogue, *reader);
        if (node.epilogue.activated == kNoNode || readers.size() > 1 || graph_.is_output(id)) node.epilogue.raw = id;
    }

    // Takes in `id`, a bias, batch norm or activation, and those after it up to the first activation.
    void fuse_affines(FusedEpilogue& epilogue, NodeId id) {
        epilogue.affine = identity_affine(graph_.node(id).type.channels);
        for (; id != kNoNode; id = only_reader(id)) {
            const Layer& layer = graph_.node(id).layer;
            if (!is_affine_or_activation(layer)) return;
            is_fused_[static_cast<size_t>(id)] = true;
            epilogue.activated = id;
            if (const auto* activation = std::get_if<Activation>(&layer)) {
                epilogue.kind = activation->kind;
                return;
            }
            if (const auto* bias = std::get_if<Bias>(&layer)) fold(epilogue.affine, *bias);
            if (const auto* norm = std::get_if<BatchNorm>(&layer)) fold(epilogue.affine, *norm);
        }
    }

    // Takes in the activation that alone reads `id`, if there is one; the affine function stays empty.
    void fuse_activation(FusedEpilogue& epilogue, NodeId id) {
        const NodeId reader = only_reader(id);
        const auto* activation = reader == kNoNode ? nullptr : std::get_if<Activation>(&graph_.node(reader).layer);
        if (activation == nullptr) return;
        is_fused_[static_cast<size_t>(reader)] = true;
        epilogue.raw = kNoNode, epilogue.activated = reader, epilogue.kind = activation->kind;
    }

    const Graph& graph_;
    std::vector<std::vector<NodeId>> readers_;
    std::vector<bool> is_fused_;
};

}  // namespace

FusedGraph::FusedGraph(const Graph& graph, std::vector<FusedNode> nodes)
    : graph_(&graph), nodes_(std::move(nodes)), readers_(graph.nodes().size()), writer_(graph.nodes().size(), -1) {
    for (int index = 0; const FusedNode& node : nodes_) {
        for (const NodeId value : node.reads) readers_[static_cast<size_t>(value)].push_back(index);
        for (const NodeId value : node.writes) writer_[static_cast<size_t>(value)] = index;
        ++index;
    }
}

FusedGraph fuse_epilogues(const Graph& graph) {
    return FusedGraph(graph, EpilogueFuser(graph).run());
}

}  // namespace katago
