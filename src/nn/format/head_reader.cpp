// SPDX-License-Identifier: MIT
#include "nn/format/head_reader.h"

#include <string>

#include "nn/format/model_version.h"

namespace katago {

namespace {

constexpr int kFirstVersionWithHeadOptions = 17;
constexpr int kFirstVersionWithDeepPass = 15;
constexpr int kReservedHeadOptions = 3;

int read_policy_channels(LayerReader& layers) {
    const int version = layers.version();
    if (version < 12) return 1;
    if (version < 16) return 2;
    if (version < kFirstVersionWithHeadOptions) return 4;
    const int channels = layers.tokens().integer("the number of policy channels");
    if (channels != 2 && channels != 4)
        layers.tokens().fail("has " + std::to_string(channels) + " policy channels, must have 2 or 4");
    return channels;
}

void read_policy_head(LayerReader& layers, NodeId trunk, GraphOutputs& outputs) {
    const std::string head = layers.tokens().name("the policy head's name");
    const int policy_channels = read_policy_channels(layers);
    if (layers.version() >= kFirstVersionWithHeadOptions) layers.tokens().reserved(kReservedHeadOptions);
    const NodeId p1 = layers.conv(head, trunk);
    const NodeId g1 = layers.norm_activation(head, layers.conv(head, trunk));
    const NodeId pooled = layers.append_implied(head, "pool", GlobalPool{GlobalPool::Kind::Max}, {g1});
    const NodeId bias = layers.matmul(head, pooled, layers.channels(p1));
    const NodeId biased = layers.append_implied(head, "pool_bias", AddBroadcast{}, {p1, bias});
    outputs.policy = layers.conv(head, layers.norm_activation(head, biased), policy_channels);

    const bool deep = layers.version() >= kFirstVersionWithDeepPass;
    outputs.pass = layers.matmul(head, pooled, deep ? layers.channels(p1) : policy_channels);
    if (!deep) return;
    const NodeId pass_biased = layers.bias(head, outputs.pass);
    outputs.pass = layers.matmul(head, layers.activation(head, pass_biased), policy_channels);
}

void read_value_head(LayerReader& layers, NodeId trunk, GraphOutputs& outputs) {
    const std::string head = layers.tokens().name("the value head's name");
    if (layers.version() >= kFirstVersionWithHeadOptions) layers.tokens().reserved(kReservedHeadOptions);
    const NodeId v1 = layers.norm_activation(head, layers.conv(head, trunk));
    const NodeId pooled = layers.append_implied(head, "pool", GlobalPool{GlobalPool::Kind::Value}, {v1});
    const NodeId v2_biased = layers.bias(head, layers.matmul(head, pooled));
    const NodeId v2 = layers.activation(head, v2_biased);
    const NodeId value = layers.matmul(head, v2, 3);
    outputs.value = layers.bias(head, value);
    const NodeId score = layers.matmul(head, v2, score_channels_of(layers.version()));
    outputs.score = layers.bias(head, score);
    outputs.ownership = layers.conv(head, v1, 1);
}

}  // namespace

GraphOutputs read_heads(LayerReader& layers, NodeId trunk) {
    GraphOutputs outputs;
    read_policy_head(layers, trunk, outputs);
    read_value_head(layers, trunk, outputs);
    return outputs;
}

}  // namespace katago
