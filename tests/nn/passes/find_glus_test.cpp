// SPDX-License-Identifier: MIT
#include "nn/passes/find_glus.h"

#include <doctest/doctest.h>

#include <string>

#include "nn/passes/compare.h"
#include "nn/passes/random_graph.h"
#include "nn/random_net.h"

using namespace katago;
using namespace pass_tests;
using test_nets::RandomNet;

namespace {

constexpr int kChannels = 4, kWide = 6;

// A network of one GLU, in parts that tests may put together otherwise.
struct Net : RandomNet {
    Net() : RandomNet(1) { trunk = conv(planes, kChannels, 3), norm = rms_norm(trunk), in = norm; }
    NodeId trunk, norm, in;

    NodeId silu(NodeId value) { return activation(value, ActivationKind::Silu); }
    NodeId times(NodeId a, NodeId b) { return add(Multiply{}, {a, b}); }
    NodeId widened() { return matmul(in, kWide); }
    NodeId product() {
        const NodeId activated = silu(widened());
        return times(activated, widened());
    }
    NodeId last(NodeId product) { return add(Add{}, {matmul(product, kChannels), trunk}); }
};

size_t count_glus(const Graph& graph) {
    return find_glus(fuse_epilogues(graph)).size();
}
size_t count_glus(Net& net, NodeId product) {
    return count_glus(net.build(net.last(product)));
}

}  // namespace

TEST_CASE("join GLUs: random graphs give the outputs of their layers") {
    size_t glus_found = 0;
    for (uint32_t seed = 1; seed <= 50; ++seed) {
        CAPTURE(seed);
        const Graph graph = random_graph(seed);
        const FusedGraph fused = fuse_epilogues(graph);
        const std::vector<Glu> glus = find_glus(fused);
        const Inputs inputs = random_inputs(graph);
        check_outputs(graph, evaluate(graph, inputs), evaluate(fused, glus, inputs));
        glus_found += glus.size();
    }
    CHECK(glus_found > 20);
}

TEST_CASE("join GLUs: networks of all architectures give the outputs of their layers") {
    for_each_small_network([](const Graph& graph) {
        const FusedGraph fused = fuse_epilogues(graph);
        const Inputs inputs = random_inputs(graph);
        check_outputs(graph, evaluate(graph, inputs), evaluate(fused, find_glus(fused), inputs));
    });
}

TEST_CASE("join GLUs: the norm, both layers and the one that reads their product") {
    for (const bool gate_first : {false, true}) {
        for (const bool gate_left : {false, true}) {
            Net net;
            const NodeId first = net.widened(), second = net.conv(net.in, kWide, 1);
            const NodeId linear = gate_first ? second : first, gate = gate_first ? first : second;
            const NodeId activated = net.silu(net.bias(linear));
            const NodeId product = gate_left ? net.times(gate, activated) : net.times(activated, gate);
            const NodeId last = net.matmul(product, kChannels);
            const Graph graph = net.build(net.add(Add{}, {last, net.trunk}));
            const FusedGraph fused = fuse_epilogues(graph);
            const std::vector<Glu> glus = find_glus(fused);
            REQUIRE(glus.size() == 1);
            const auto first_node = [&](int index) { return fused.nodes()[static_cast<size_t>(index)].first; };
            CHECK(first_node(glus[0].norm) == net.norm);
            CHECK(first_node(glus[0].linear) == linear);
            CHECK(first_node(glus[0].gate) == gate);
            CHECK(first_node(glus[0].last) == last);
        }
    }
}

TEST_CASE("join GLUs: values that something else reads are not joined") {
    SUBCASE("the product") {
        Net net;
        const NodeId product = net.product(), other = net.matmul(product, kChannels);
        CHECK(count_glus(net.build(net.add(Add{}, {net.last(product), other}))) == 0);
    }
    SUBCASE("what is activated") {
        Net net;
        const NodeId activated = net.silu(net.widened()), product = net.times(activated, net.widened());
        const NodeId other = net.matmul(activated, kChannels);
        CHECK(count_glus(net.build(net.add(Add{}, {net.last(product), other}))) == 0);
    }
    SUBCASE("the linear layer before its activation") {
        Net net;
        const NodeId linear = net.widened(), product = net.times(net.silu(linear), net.widened());
        const NodeId other = net.matmul(linear, kChannels);
        CHECK(count_glus(net.build(net.add(Add{}, {net.last(product), other}))) == 0);
    }
    SUBCASE("the product as an output") {
        Net net;
        const NodeId product = net.product();
        CHECK(count_glus(net.build(product, net.pool(net.last(product)))) == 0);
    }
}

TEST_CASE("join GLUs: layers of another form are not joined") {
    Net net;
    SUBCASE("no activation") {
        CHECK(count_glus(net, net.times(net.widened(), net.widened())) == 0);
    }
    SUBCASE("two activations") {
        const NodeId first = net.silu(net.widened());
        CHECK(count_glus(net, net.times(first, net.silu(net.widened()))) == 0);
    }
    SUBCASE("the gate with a bias") {
        const NodeId first = net.silu(net.widened());
        CHECK(count_glus(net, net.times(first, net.bias(net.widened()))) == 0);
    }
    SUBCASE("the product activated") {
        CHECK(count_glus(net, net.silu(net.product())) == 0);
    }
    SUBCASE("two inputs") {
        const NodeId first = net.silu(net.widened());
        CHECK(count_glus(net, net.times(first, net.matmul(net.trunk, kWide))) == 0);
    }
    SUBCASE("a 3x3 convolution before the activation") {
        const NodeId first = net.silu(net.conv(net.in, kWide, 3));
        CHECK(count_glus(net, net.times(first, net.widened())) == 0);
    }
    SUBCASE("a 3x3 convolution of the product") {
        CHECK(count_glus(net.build(net.conv(net.product(), kChannels, 3))) == 0);
    }
    SUBCASE("the product is added to, not multiplied by a layer") {
        const NodeId sum = net.add(Add{}, {net.product(), net.widened()});
        CHECK(count_glus(net, sum) == 0);
    }
    SUBCASE("the product as another layer's residual") {
        const NodeId product = net.product(), other = net.matmul(net.trunk, kWide);
        CHECK(count_glus(net.build(net.add(Add{}, {other, product}))) == 0);
    }
}

TEST_CASE("join GLUs: a norm that is more than a norm of a point, or is read elsewhere, stays a step of its own") {
    const auto norm_of = [](Net& net, NodeId extra) {
        NodeId end = net.last(net.product());
        if (extra != kNoNode) end = net.add(Add{}, {end, net.matmul(extra, kChannels)});
        const Graph graph = net.build(end);
        const std::vector<Glu> glus = find_glus(fuse_epilogues(graph));
        REQUIRE(glus.size() == 1);
        return glus[0].norm;
    };
    Net net;
    SUBCASE("over the board") {
        net.in = net.rms_norm(net.trunk, /*over_board=*/true);
        CHECK(norm_of(net, kNoNode) == -1);
    }
    SUBCASE("with beta") {
        net.in = net.rms_norm(net.trunk, /*over_board=*/false, /*shifts=*/true);
        CHECK(norm_of(net, kNoNode) == -1);
    }
    SUBCASE("activated") {
        net.in = net.silu(net.norm);
        CHECK(norm_of(net, kNoNode) == -1);
    }
    SUBCASE("read by another layer") {
        CHECK(norm_of(net, net.norm) == -1);
    }
    SUBCASE("no norm") {
        net.in = net.trunk;
        CHECK(norm_of(net, kNoNode) == -1);
    }
}
