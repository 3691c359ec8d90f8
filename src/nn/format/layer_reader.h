// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <string>

#include "nn/format/token_reader.h"
#include "nn/graph.h"

namespace katago {

// A layer as a file describes it.
template <typename Layer>
struct Named {
    std::string name;
    Layer layer;
};

// Reads the layer records that networks are made of, in the order in which they are asked for, and appends them to a
// graph. Errors as TokenReader and GraphBuilder throw them. Source: KataGo's network format, primitive records.
class LayerReader {
  public:
    LayerReader(TokenReader& tokens, GraphBuilder& graph, int version)
        : tokens_(tokens), graph_(graph), version_(version) {}

    static constexpr int kAnyChannels = 0;

    TokenReader& tokens() { return tokens_; }
    int version() const { return version_; }
    int channels(NodeId id) const { return graph_.type(id).channels; }

    // Records. `out` is the number of output channels that the place in the network asks for.
    Named<Conv2d> read_conv(int out);
    Named<MatMul> read_matmul(int out);
    Named<Bias> read_bias();
    Named<BatchNorm> read_batch_norm();
    Named<Activation> read_activation();
    Named<RmsNorm> read_rms_norm();      // of a transformer block: no beta
    Named<RmsNorm> read_tip_rms_norm();  // of the trunk's end

    // Reads a record and appends it after `input`.
    NodeId conv(const std::string& block, NodeId input, int out = kAnyChannels);
    NodeId matmul(const std::string& block, NodeId input, int out = kAnyChannels);
    NodeId bias(const std::string& block, NodeId input);
    NodeId batch_norm(const std::string& block, NodeId input);
    NodeId activation(const std::string& block, NodeId input);
    // A batch norm and the activation that follows it.
    NodeId norm_activation(const std::string& block, NodeId input);

    // Appends a layer that the file has, under its own name, or with `block`'s before it where that is taken.
    template <typename Layer>
    NodeId append(const std::string& block, Named<Layer> named, const std::vector<NodeId>& inputs) {
        return graph_.add(unique_name(block, named.name), std::move(named.layer), inputs);
    }
    // Appends a layer that the file only implies, such as the sum at a block's end: "<block>.<what>".
    NodeId append_implied(const std::string& block, const std::string& what, Layer layer, std::vector<NodeId> inputs);

  private:
    std::string unique_name(const std::string& block, const std::string& own);
    void want_channels(const char* what, int found, int wanted) const;
    size_t read_channels();

    TokenReader& tokens_;
    GraphBuilder& graph_;
    int version_;
    std::map<std::string, int> names_;  // those given out, and how often each was asked for
};

}  // namespace katago
