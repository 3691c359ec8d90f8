// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "nn/graph.h"

namespace katago::cpu {

// The nodes that one step does after its product, as values: see EpilogueCall. `last_sum` is the node whose value `raw`
// would be.
struct Fusion {
    NodeId multiplier = -1, vector = -1, residual = -1, raw = -1, activated = -1;
    NodeId last_sum = -1;
    std::vector<float> scale, shift;  // of all channels
    ActivationKind kind = ActivationKind::Identity;
};

// Finds, for one node after another in the graph's order, the elementwise nodes that follow it and that its step can
// do. A node joins at most one step. Nothing is joined behind a value that another node or the outputs need, except the
// affine layers and the activation, which then are a second result of the step.
class Fuser {
  public:
    explicit Fuser(const Graph& graph);

    bool is_fused(NodeId id) const { return fused_[static_cast<size_t>(id)]; }
    // Everything after the product `id`.
    Fusion after_product(NodeId id);
    // `id` itself, an elementwise node with its first input as accumulator, and everything after it.
    Fusion from_elementwise(NodeId id);
    // The activation that is the only reader of `id`, to be done with it; else -1.
    NodeId take_activation(NodeId id);

    bool is_output(NodeId id) const { return is_output_[static_cast<size_t>(id)]; }
    const std::vector<NodeId>& readers(NodeId id) const { return readers_[static_cast<size_t>(id)]; }

  private:
    NodeId only_reader(NodeId id) const;
    bool join_sum(Fusion& fusion, NodeId id, NodeId accumulator) const;
    bool join_affine(Fusion& fusion, NodeId id) const;
    void finish_sums(Fusion& fusion, NodeId id);
    void finish_affine(Fusion& fusion, NodeId id);

    const Graph& graph_;
    std::vector<std::vector<NodeId>> readers_;
    std::vector<bool> is_output_, fused_;
};

}  // namespace katago::cpu
