// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "search/search.h"

// What tests of searches ask for and look at.
namespace search_probe {

using namespace katago;

inline SearchParams with_visits(int64_t visits, int threads = 1) {
    SearchParams params;
    params.max_visits = visits;
    params.num_threads = threads;
    params.min_playouts_per_thread = 0;
    return params;
}

inline int64_t root_visits(const Search& search) {
    const auto values = search.root_values();
    return values ? values->visits : 0;
}

// Every visit of the root but its own came through an edge.
inline int64_t edge_visits(const Search& search) {
    int64_t visits = 0;
    for (const AnalysisMove& move : search.report({.pv_length = 0, .symmetry_copies = false}).moves)
        visits += move.edge_visits;
    return visits;
}

}  // namespace search_probe
