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

// Counts for a board of `area` points. Source: KataGo's network format, counting rules of the known architectures.
GraphStats graph_stats(const Graph& graph, int area);

}  // namespace katago
