// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <vector>

#include "backend/registry.h"
#include "nn/random_net.h"

using namespace katago;
using test_nets::Numbers;
using test_nets::RandomNet;

namespace {

// Of the largest value of a tensor, for FP32 against double precision.
constexpr double kParity = 2e-5;
constexpr BoardShape kBoard{9, 7};

// A trunk of one residual block with pooling, with two readers of one value.
Graph small_net() {
    RandomNet net(3);
    const NodeId stem = net.add(AddBroadcast{}, {net.conv(net.planes, 20, 3), net.matmul(net.globals, 20)});
    const NodeId inner = net.activation(net.norm(stem), ActivationKind::Mish);
    const NodeId first = net.conv(inner, 24, 3);
    const NodeId pooled = net.matmul(net.pool(inner), 24);
    const NodeId biased = net.add(AddBroadcast{}, {first, pooled});
    const NodeId second = net.conv(net.activation(net.norm(biased), ActivationKind::Relu), 20, 1);
    return net.build(net.add(Add{}, {stem, second}));
}

// The values of all boards of a batch, by node.
using Values = std::map<NodeId, std::vector<float>>;

Values observe(const Graph& graph, const Backend& backend, int batch, std::set<NodeId>* steps = nullptr) {
    Numbers numbers(11);
    const auto count = [&](int channels, int points) { return static_cast<size_t>(batch * channels * points); };
    const std::vector<float> spatial = numbers.row(count(graph.spatial_channels(), kBoard.area()));
    const std::vector<float> global = numbers.row(count(graph.global_channels(), 1));
    std::vector<std::vector<float>> out;
    const GraphOutputs& o = graph.outputs();
    for (const NodeId id : {o.policy, o.pass, o.value, o.score, o.ownership})
        out.emplace_back(count(graph.node(id).type.channels, kBoard.area()));
    Values values;
    const auto plan = backend.load(graph)->compile(kBoard, batch);
    plan->observe(batch, {spatial.data(), global.data(), nullptr},
                  {out[0].data(), out[1].data(), out[2].data(), out[3].data(), out[4].data()},
                  [&](const ObservedValue& value) {
                      const TensorType& type = graph.node(value.node).type;
                      CHECK(value.channels == type.channels);
                      CHECK(value.points == (type.kind == TensorKind::Spatial ? kBoard.area() : 1));
                      CHECK(value.values.size() ==
                            static_cast<size_t>(value.boards) * static_cast<size_t>(value.points * value.channels));
                      auto& rows = values[value.node];
                      rows.insert(rows.end(), value.values.begin(), value.values.end());
                      if (steps) steps->insert(value.step);
                  });
    // What is seen of an output is what run() gives.
    std::vector<float> policy = out[0];
    policy.resize(values.at(o.policy).size());
    CHECK(policy == values.at(o.policy));
    return values;
}

}  // namespace

TEST_CASE("observer: plans show the same values as the reference, for every board of a batch") {
    const Graph graph = small_net();
    for (const int batch : {1, 13}) {
        const Values wanted = observe(graph, find_backend("reference"), batch);
        CHECK(wanted.size() == graph.nodes().size());
        const Values found = observe(graph, find_backend("cpu"), batch);
        CHECK(found.size() > 8);
        for (const auto& [node, rows] : found) {
            const std::vector<float>& right = wanted.at(node);
            REQUIRE(rows.size() == right.size());
            double largest = 1e-3, error = 0;
            for (size_t i = 0; i < rows.size(); ++i) {
                largest = std::max(largest, std::abs(double{right[i]}));
                error = std::max(error, std::abs(double{right[i]} - double{rows[i]}));
            }
            CAPTURE(graph.node(node).name);
            CHECK(error <= kParity * largest);
        }
    }
}

TEST_CASE("observer: sees what every linear layer makes and reads, but for the plan's own inputs") {
    const Graph graph = small_net();
    std::set<NodeId> steps;
    const Values seen = observe(graph, find_backend("cpu"), 1, &steps);
    for (NodeId id = 0; id < static_cast<NodeId>(graph.nodes().size()); ++id) {
        const Node& node = graph.node(id);
        if (!std::holds_alternative<Conv2d>(node.layer) && !std::holds_alternative<MatMul>(node.layer)) continue;
        CAPTURE(node.name);
        CHECK(steps.contains(id));
        const bool planes = std::holds_alternative<InputSpatial>(graph.node(node.inputs[0]).layer);
        CHECK(seen.contains(node.inputs[0]) != planes);
    }
}
