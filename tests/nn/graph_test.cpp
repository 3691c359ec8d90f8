// SPDX-License-Identifier: MIT
#include "nn/graph.h"

#include <doctest/doctest.h>

#include "core/error.h"
#include "nn/stats.h"

using namespace katago;

namespace {

Weights zeros(size_t count) {
    return make_weights(std::vector<float>(count));
}

Conv2d conv(int kernel, int in, int out) {
    return {kernel, kernel, in, out, 1, 1, zeros(static_cast<size_t>(kernel * kernel * in * out))};
}

MatMul matmul(int in, int out) {
    return {in, out, zeros(static_cast<size_t>(in * out))};
}

struct TinyGraph {
    GraphBuilder builder;
    NodeId spatial = builder.add("planes", InputSpatial{3}, {});
    NodeId global = builder.add("features", InputGlobal{2}, {});

    // The outputs of a network that is little else.
    GraphOutputs outputs() {
        const NodeId policy = builder.add("policy", conv(3, 3, 2), {spatial});
        const NodeId pooled = builder.add("pooled", GlobalPool{}, {spatial});
        return {policy, builder.add("pass", matmul(9, 2), {pooled}), builder.add("value", matmul(9, 3), {pooled}),
                builder.add("score", matmul(2, 6), {global}), builder.add("ownership", conv(1, 3, 1), {spatial})};
    }
};

}  // namespace

TEST_CASE("graph: types follow from layers and inputs") {
    TinyGraph net;
    const NodeId pooled = net.builder.add("pool", GlobalPool{}, {net.spatial});
    CHECK(net.builder.type(pooled) == TensorType{TensorKind::Vector, 9});
    const NodeId everywhere = net.builder.add("m1", matmul(3, 5), {net.spatial});
    CHECK(net.builder.type(everywhere) == TensorType{TensorKind::Spatial, 5});
    const NodeId once = net.builder.add("m2", matmul(2, 5), {net.global});
    CHECK(net.builder.type(once) == TensorType{TensorKind::Vector, 5});
    const NodeId sum = net.builder.add("sum", AddBroadcast{}, {everywhere, once});
    CHECK(net.builder.type(sum) == TensorType{TensorKind::Spatial, 5});
}

TEST_CASE("graph: rejects a convolution whose input has the wrong channels") {
    TinyGraph net;
    CHECK_THROWS_WITH_AS(net.builder.add("c1", conv(3, 4, 8), {net.spatial}),
                         "c1: input has 3 channels, weights expect 4", ModelError);
}

TEST_CASE("graph: rejects layers that do not fit their inputs or their weights") {
    TinyGraph net;
    const auto refuse = [&](Layer layer, std::vector<NodeId> inputs) {
        CHECK_THROWS_AS(net.builder.add("x", std::move(layer), std::move(inputs)), ModelError);
    };
    refuse(conv(3, 2, 8), {net.global});
    refuse(Conv2d{3, 3, 3, 8, 1, 1, zeros(5)}, {net.spatial});
    refuse(Conv2d{3, 3, 3, 8, 1, 1, Weights()}, {net.spatial});
    refuse(matmul(3, 5), {net.global});
    refuse(matmul(3, 5), {net.spatial, net.spatial});
    refuse(Bias{zeros(4)}, {net.spatial});
    refuse(Add{}, {net.spatial, net.global});
    refuse(AddBroadcast{}, {net.spatial, net.global});
    refuse(GlobalPool{}, {net.global});
    refuse(Activation{}, {});
    refuse(BatchNorm{1e-5f, zeros(3), zeros(2), nullptr, nullptr}, {net.spatial});
    refuse(BatchNorm{1e-5f, zeros(3), make_weights({1, -1, 1}), nullptr, nullptr}, {net.spatial});
    refuse(RmsNorm{0, false, zeros(3), nullptr}, {net.spatial});
    refuse(Attention{1, 1, 3, 3, {zeros(3)}}, {net.spatial, net.spatial, net.spatial});
    refuse(Attention{2, 1, 3, 3, {}}, {net.spatial, net.spatial, net.spatial});
    refuse(InputSpatial{22}, {});
    CHECK_NOTHROW(net.builder.add("x", Attention{1, 1, 3, 3, {}}, {net.spatial, net.spatial, net.spatial}));
}

TEST_CASE("graph: is built with outputs of the right types only, and knows who reads what") {
    TinyGraph net;
    GraphOutputs outputs = net.outputs();
    GraphOutputs wrong = outputs;
    std::swap(wrong.policy, wrong.value);
    CHECK_THROWS_AS(net.builder.build(wrong), ModelError);
    const Graph graph = net.builder.build(outputs);
    CHECK(graph.spatial_channels() == 3);
    CHECK(graph.global_channels() == 2);
    CHECK(graph.meta_channels() == 0);
    CHECK(graph.readers()[0] == std::vector<NodeId>{2, 3, 7});
    CHECK(graph.readers()[6].empty());
}

TEST_CASE("stats: parameters, multiply-adds and bytes are counted per layer and in all") {
    TinyGraph net;
    const NodeId norm = net.builder.add("norm", BatchNorm{1, zeros(3), zeros(3), nullptr, zeros(3)}, {net.spatial});
    net.builder.add("attention", Attention{1, 1, 2, 1, {zeros(2), true}},
                    {net.builder.add("q", matmul(3, 2), {norm}), net.builder.add("k", matmul(3, 2), {norm}),
                     net.builder.add("v", matmul(3, 1), {norm})});
    const Graph graph = net.builder.build(net.outputs());
    const GraphStats stats = graph_stats(graph, 4);
    CHECK(stats.layers[2].name == "norm");
    CHECK(stats.layers[2].parameters == 3);
    CHECK(stats.layers[2].bytes == 36);
    CHECK(stats.layers[3].multiply_adds == 24);
    CHECK(stats.layers[6].parameters == 2);
    CHECK(stats.layers[6].multiply_adds == 3 * 16);
    CHECK(stats.total.parameters == 3 + 15 + 2 + 54 + 18 + 27 + 12 + 3);
    CHECK(stats.total.multiply_adds == 4 * 15 + 48 + 4 * 54 + 18 + 27 + 12 + 4 * 3);
}
