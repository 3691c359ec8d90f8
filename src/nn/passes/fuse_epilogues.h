// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <vector>

#include "nn/graph.h"
#include "nn/passes/fold_norms.h"

namespace katago {

// The elementwise nodes that are computed together with the layer before them, on its result y while that is still in
// registers:
//   raw = y * multiplier + vector + residual;  activated = kind(affine(raw))
// The operands are values that other nodes make, or none. raw and activated name the values that are stored; at least
// one of them is.
struct FusedEpilogue {
    NodeId multiplier = kNoNode;  // a value of the same type as y
    NodeId vector = kNoNode;      // of the board, added at every point
    NodeId residual = kNoNode;    // of the same type as y
    NodeId raw = kNoNode, activated = kNoNode;
    ChannelAffine affine;
    ActivationKind kind = ActivationKind::Identity;
};

// A layer of the graph and its epilogue. Where the first node is elementwise itself, y is its first input and the node
// is a part of the epilogue.
struct FusedNode {
    NodeId first = kNoNode;      // the first node that it computes, by which profiles and errors call it
    NodeId order = kNoNode;      // fused nodes run in this order: where the last operand is ready
    std::vector<NodeId> reads;   // all values: y's inputs, then multiplier, vector and residual
    std::vector<NodeId> writes;  // raw, activated
    FusedEpilogue epilogue;
};

// A graph as fused nodes: each node belongs to exactly one. Values keep the ids of the nodes that make them; values
// inside a fused node are not stored. Immutable. Refers to the graph, which must outlive it.
class FusedGraph {
  public:
    FusedGraph(const Graph& graph, std::vector<FusedNode> nodes);

    const Graph& graph() const { return *graph_; }
    // In the order in which they run.
    std::span<const FusedNode> nodes() const { return nodes_; }
    // The layer that a fused node begins with.
    const Layer& layer(const FusedNode& node) const { return graph_->node(node.first).layer; }
    // Indices into nodes(): those that read a value (one that reads it twice is listed twice) ...
    const std::vector<int>& readers(NodeId value) const { return readers_[static_cast<size_t>(value)]; }
    // ... and the one that stores it, -1 where it is not stored.
    int writer(NodeId value) const { return writer_[static_cast<size_t>(value)]; }

  private:
    const Graph* graph_;
    std::vector<FusedNode> nodes_;
    std::vector<std::vector<int>> readers_;
    std::vector<int> writer_;
};

// Fuses, for one node after another in the graph's order, the elementwise nodes that follow it into its epilogue. A
// value that another node reads, or that is an output, is never lost: a sum that is needed elsewhere too is stored as
// `raw` beside its activation, and nothing else is fused behind such a value. An RMS norm takes an activation alone;
// inputs, pooling and attention take nothing.
FusedGraph fuse_epilogues(const Graph& graph);

}  // namespace katago
