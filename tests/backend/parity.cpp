// SPDX-License-Identifier: MIT
#include "backend/parity.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace test_parity {

using test_nets::Numbers;
using test_nets::RandomNet;

namespace {

// The largest difference in the rows that were found, over the largest value.
double relative_error(const std::vector<float>& found, const std::vector<float>& wanted) {
    double largest = 1e-3, error = 0;
    for (const float x : wanted) largest = std::max(largest, std::abs(double{x}));
    for (size_t i = 0; i < found.size(); ++i) {
        const double difference = std::abs(double{found[i]} - double{wanted[i]});
        error = std::max(error, std::isfinite(found[i]) ? difference : 1e30);
    }
    return error / largest;
}

}  // namespace

void check_outputs(const Outputs& found, const Outputs& wanted, size_t first, size_t last, double bound) {
    for (size_t i = first; i < last; ++i) {
        CAPTURE(i);
        CHECK(relative_error(found.rows[i], wanted.rows[i]) <= bound);
    }
}

Inputs::Inputs(const Graph& graph, BoardShape board, int batch) {
    Numbers numbers(7);
    const auto rows = static_cast<size_t>(batch);
    spatial = numbers.row(rows * static_cast<size_t>(board.area() * graph.spatial_channels()));
    for (float& x : spatial) x = std::max(x, 0.0f);
    global = numbers.row(rows * static_cast<size_t>(graph.global_channels()));
    meta = numbers.row(rows * static_cast<size_t>(graph.meta_channels()));
}

Outputs::Outputs(const Graph& graph, BoardShape board, int batch) {
    const GraphOutputs& o = graph.outputs();
    for (const NodeId id : {o.policy, o.pass, o.value, o.score, o.ownership}) {
        const TensorType& type = graph.node(id).type;
        const int points = type.kind == TensorKind::Spatial ? board.area() : 1;
        rows.emplace_back(static_cast<size_t>(batch * points * type.channels));
    }
}

NodeId attention(RandomNet& net, NodeId in, Attention layer, bool rope) {
    if (rope) {
        layer.rope.frequencies = net.weights(layer.kv_heads * (layer.qk_channels / 2) * 2, 1);
        layer.rope.learned = true;
    }
    const NodeId q = net.matmul(in, layer.heads * layer.qk_channels);
    const NodeId k = net.matmul(in, layer.kv_heads * layer.qk_channels);
    const NodeId v = net.matmul(in, layer.kv_heads * layer.v_channels);
    return net.add(layer, {q, k, v});
}

}  // namespace test_parity
