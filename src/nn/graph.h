// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "nn/layers.h"

namespace katago {

// Index of a node in its graph.
using NodeId = int;
// In place of the id of a node: there is none.
inline constexpr NodeId kNoNode = -1;

// A layer, its name as in the file (with the block's name before it where the file's own is not unique), what it reads,
// and the type of what it makes.
struct Node {
    std::string name;
    Layer layer;
    std::vector<NodeId> inputs;
    TensorType type;
};

// The values that an evaluation reads off, all raw (before output multipliers, softmax and the like), player's view.
//   policy      Spatial[P]   P = 1, 2 or 4 channels: policy, optimistic policy, Q win/loss, Q score
//   pass        Vector[P]
//   value       Vector[3]    win, loss, no result
//   score       Vector[S]    S = 1 (version 3), 2, 4 or 6
//   ownership   Spatial[1]
struct GraphOutputs {
    NodeId policy = kNoNode, pass = kNoNode, value = kNoNode, score = kNoNode, ownership = kNoNode;

    std::array<NodeId, 5> ids() const { return {policy, pass, value, score, ownership}; }
};

// A network as nodes in an order in which every node follows its inputs. Immutable; share it as shared_ptr<const
// Graph>. Knows nothing of file versions, features or backends.
class Graph {
  public:
    std::span<const Node> nodes() const { return nodes_; }
    const Node& node(NodeId id) const { return nodes_[static_cast<size_t>(id)]; }
    const GraphOutputs& outputs() const { return outputs_; }
    bool is_output(NodeId id) const;

    // Channels of the inputs; meta_channels is 0 where the network takes none.
    int spatial_channels() const { return spatial_channels_; }
    int global_channels() const { return global_channels_; }
    int meta_channels() const { return meta_channels_; }

    // For each node, the nodes that read it, in order (a node that reads it twice is listed twice).
    std::vector<std::vector<NodeId>> readers() const;

    // The nodes that policy and value both depend on, by id: all but the heads.
    std::vector<bool> trunk() const;

  private:
    friend class GraphBuilder;
    std::vector<Node> nodes_;
    GraphOutputs outputs_;
    int spatial_channels_ = 0, global_channels_ = 0, meta_channels_ = 0;
};

// Makes a graph node by node. Every add infers the node's type and checks its inputs and weights against the layer:
// ModelError("<name>: ...") says what was found and what was wanted. One thread at a time.
class GraphBuilder {
  public:
    NodeId add(std::string name, Layer layer, std::vector<NodeId> inputs);
    const TensorType& type(NodeId id) const { return graph_.nodes_[static_cast<size_t>(id)].type; }

    // Checks the types of the outputs and returns the graph. The builder is empty afterwards.
    Graph build(const GraphOutputs& outputs);

  private:
    Graph graph_;
};

}  // namespace katago
