// SPDX-License-Identifier: MIT
#include "quant/file_room.h"

#include <cstdint>
#include <set>

#include "nn/int8_layers.h"
#include "nn/stats.h"
#include "quant/block_rounding.h"
#include "quant/stored_weights.h"

namespace katago {

namespace {

// The coarse ones leave about 1.4 times the divergence of the fine ones (b18c384nbt).
constexpr int kFineBlock = 32, kCoarseBlock = 64;
constexpr int64_t kNodeBytes = 300;  // of the graph, in the header

int64_t int8_bytes(const Graph& graph, NodeId id, int block) {
    const LinearShape shape = linear_shape(graph.node(id));
    const Rounding rounding = rounding_of(shape, rotation_width_of(graph, id), block);
    const int blocks = (shape.in_channels + rounding.block - 1) / rounding.block;
    return int64_t{shape.taps} * shape.out_channels * (shape.in_channels + 2 * blocks);
}

int64_t fp16_bytes(const LinearShape& shape) {
    return int64_t{2} * shape.taps * shape.in_channels * shape.out_channels;
}

// The bytes that a file with all candidates in INT8, other linear layers in FP16, has left; below 0: it is too large.
int64_t room(const Graph& graph, int block) {
    const std::vector<NodeId> candidates = int8_candidates(graph);
    const std::set<NodeId> int8(candidates.begin(), candidates.end());
    const GraphStats stats = graph_stats(graph, /*area=*/1);
    auto left = static_cast<int64_t>(kMostFileShare * static_cast<double>(bytes_in_fp32(graph)));
    for (NodeId id = 0; const Node& node : graph.nodes()) {
        left -= kNodeBytes;
        if (linear_weights(node)) {
            left -= int8.contains(id) ? int8_bytes(graph, id, block) : fp16_bytes(linear_shape(node));
        } else {
            left -= stats.layers[static_cast<size_t>(id)].bytes;
        }
        ++id;
    }
    return left;
}

}  // namespace

int block_in_room(const Graph& graph) {
    return room(graph, kFineBlock) >= 0 ? kFineBlock : kCoarseBlock;
}

std::vector<NodeId> fp16_in_room(const Graph& graph, int block, std::span<const NodeId> worst_first) {
    std::vector<NodeId> fp16;
    int64_t left = room(graph, block);
    for (const NodeId id : worst_first) {
        const LinearShape shape = linear_shape(graph.node(id));
        const int64_t more = fp16_bytes(shape) - int8_bytes(graph, id, block);
        if (more > left) continue;
        left -= more;
        fp16.push_back(id);
    }
    return fp16;
}

}  // namespace katago
