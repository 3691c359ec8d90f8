// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nn/graph.h"

namespace katago {

struct LayerStats {
    std::string name;
    int64_t parameters = 0;     // as KataGo counts: not the running mean and variance of batch norms
    int64_t multiply_adds = 0;  // of one evaluation; padding counts, norms, activations and pooling do not
    int64_t bytes = 0;          // of all weights as they are stored
};

struct GraphStats {
    std::vector<LayerStats> layers;  // one a node, in the graph's order
    LayerStats total;                // named "total"
};

// Multiply-adds of one evaluation, as they grow with the board.
struct MultiplyAdds {
    int64_t once = 0, per_point = 0, per_pair = 0;  // a pair: any two points, in order, or one twice

    int64_t on(int64_t area) const { return once + area * (per_point + area * per_pair); }
};
MultiplyAdds multiply_adds(const Graph& graph);

// Counts for a board of `area` points. Source: KataGo's network format, counting rules of the known architectures.
GraphStats graph_stats(const Graph& graph, int area);

// The weights of a linear node (convolution or matrix); null for other nodes.
const LinearWeights* linear_weights(const Node& node);

}  // namespace katago
