// SPDX-License-Identifier: MIT
#include "nn/format/trunk_reader.h"

#include <limits>
#include <string>

#include "nn/format/block_reader.h"
#include "nn/weight_checks.h"

namespace katago {

namespace {

constexpr int kFirstVersionWithTrunkOptions = 15;
constexpr int kReservedTrunkOptions = 5;

struct TrunkHeader {
    std::string name;
    int num_blocks = 0;
    int channels = 0;
    bool rms_norm_tip = false;
};

TrunkHeader read_header(LayerReader& layers) {
    TokenReader& tokens = layers.tokens();
    TrunkHeader header;
    header.name = tokens.name("the trunk's name");
    header.num_blocks = tokens.integer_between("the number of blocks", 1, std::numeric_limits<int>::max());
    header.channels = tokens.integer("the number of trunk channels");
    check_channels(header.name, "number of trunk channels", header.channels);
    // These size buffers in the reference engine; the layers say the same, so they are only checked.
    for (const char* what : {"number of mid channels", "number of regular channels"})
        check_channels(header.name, what, tokens.integer(what));
    tokens.integer("the number of dilated channels");
    check_channels(header.name, "number of pooled channels", tokens.integer("the number of pooled channels"));
    if (layers.version() >= kFirstVersionWithTrunkOptions) {
        header.rms_norm_tip = tokens.zero_or_one("the kind of the trunk's norm");
        tokens.reserved(kReservedTrunkOptions);
    }
    return header;
}

// Returns a Vector of the trunk's channels.
NodeId read_meta_encoder(LayerReader& layers, int meta_channels, int trunk_channels) {
    TokenReader& tokens = layers.tokens();
    const std::string encoder = tokens.name("the metadata encoder's name");
    tokens.integer_between("the number of metadata inputs", meta_channels, meta_channels);
    NodeId meta = layers.append_implied("input", "meta", InputMeta{meta_channels}, {});
    for (int layer = 0; layer < 2; layer++) {
        meta = layers.matmul(encoder, meta);
        meta = layers.bias(encoder, meta);
        meta = layers.activation(encoder, meta);
    }
    return layers.matmul(encoder, meta, trunk_channels);
}

}  // namespace

NodeId read_trunk(LayerReader& layers, const InputChannels& inputs, ModelInfo& info) {
    const TrunkHeader header = read_header(layers);
    info.num_blocks = header.num_blocks;
    info.trunk_channels = header.channels;

    const NodeId spatial = layers.append_implied("input", "spatial", InputSpatial{inputs.spatial}, {});
    const NodeId global = layers.append_implied("input", "global", InputGlobal{inputs.global}, {});
    const NodeId planes = layers.conv(header.name, spatial, header.channels);
    NodeId vector = layers.matmul(header.name, global, header.channels);
    if (inputs.meta > 0) {
        const NodeId meta = read_meta_encoder(layers, inputs.meta, header.channels);
        vector = layers.append_implied(header.name, "add_meta", Add{}, {vector, meta});
    }
    const NodeId start = layers.append_implied(header.name, "start", AddBroadcast{}, {planes, vector});
    const NodeId stack = read_blocks(layers, start, header.num_blocks);
    const NodeId tip = header.rms_norm_tip ? layers.append(header.name, layers.read_tip_rms_norm(), {stack})
                                           : layers.batch_norm(header.name, stack);
    return layers.activation(header.name, tip);
}

}  // namespace katago
