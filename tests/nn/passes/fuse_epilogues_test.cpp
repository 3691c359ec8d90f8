// SPDX-License-Identifier: MIT
#include "nn/passes/fuse_epilogues.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "nn/passes/compare.h"
#include "nn/passes/random_graph.h"
#include "nn/random_net.h"

using namespace katago;
using namespace pass_tests;
using test_nets::RandomNet;

namespace {

constexpr int kChannels = 4;

// A network whose trunk begins with a convolution.
struct Net : RandomNet {
    Net() : RandomNet(1) { trunk = conv(planes, kChannels, 3); }
    NodeId trunk;
    NodeId product(NodeId in) { return conv(in, kChannels, 1); }
    NodeId sum(NodeId a, NodeId b) { return add(Add{}, {a, b}); }
    NodeId times(NodeId a, NodeId b) { return add(Multiply{}, {a, b}); }
    NodeId vector() { return matmul(globals, kChannels); }
    NodeId relu(NodeId in) { return activation(in, ActivationKind::Relu); }
};

// The fused node that begins with `first`; null where another took it in.
const FusedNode* find(const FusedGraph& fused, NodeId first) {
    const auto node =
        std::find_if(fused.nodes().begin(), fused.nodes().end(), [&](const FusedNode& n) { return n.first == first; });
    return node == fused.nodes().end() ? nullptr : &*node;
}
FusedEpilogue epilogue(const FusedGraph& fused, NodeId first) {
    REQUIRE(find(fused, first) != nullptr);
    return find(fused, first)->epilogue;
}

}  // namespace

TEST_CASE("fuse epilogues: random graphs give the outputs of their layers") {
    for (uint32_t seed = 1; seed <= 50; ++seed) {
        CAPTURE(seed);
        const Graph graph = random_graph(seed);
        const FusedGraph fused = fuse_epilogues(graph);
        const Inputs inputs = random_inputs(graph);
        check_outputs(graph, evaluate(graph, inputs), evaluate(fused, inputs));
        CHECK(fused.nodes().size() < graph.nodes().size());
    }
}

TEST_CASE("fuse epilogues: networks of all architectures give the outputs of their layers") {
    for_each_small_network([](const Graph& graph) {
        const Inputs inputs = random_inputs(graph);
        check_outputs(graph, evaluate(graph, inputs), evaluate(fuse_epilogues(graph), inputs));
    });
}

TEST_CASE("fuse epilogues: a layer takes in a product, sums, a norm and an activation, in this order") {
    Net net;
    const NodeId vector = net.vector(), first = net.product(net.trunk), multiplied = net.times(first, net.trunk);
    const NodeId added = net.add(AddBroadcast{}, {multiplied, vector}), sum = net.sum(net.trunk, added);
    const NodeId last = net.relu(net.norm(net.bias(sum)));
    const Graph graph = net.build(last);
    const FusedGraph fused = fuse_epilogues(graph);
    const FusedEpilogue e = epilogue(fused, first);
    CHECK(e.multiplier == net.trunk);
    CHECK(e.vector == vector);
    CHECK(e.residual == net.trunk);
    CHECK(e.raw == kNoNode);
    CHECK(e.activated == last);
    CHECK(e.affine.scale.size() == kChannels);
    CHECK(e.kind == ActivationKind::Relu);
    const FusedNode& node = *find(fused, first);
    CHECK(node.order == sum);
    CHECK(node.reads == std::vector<NodeId>{net.trunk, net.trunk, vector, net.trunk});
    CHECK(node.writes == std::vector<NodeId>{last});
    CHECK(&fused.nodes()[static_cast<size_t>(fused.writer(last))] == &node);
    CHECK(fused.writer(sum) == -1);
    CHECK(fused.readers(vector).size() == 1);
}

TEST_CASE("fuse epilogues: a sum that other layers read too is stored beside its activation") {
    Net net;
    const NodeId first = net.product(net.trunk), sum = net.sum(first, net.trunk), last = net.relu(sum);
    const Graph graph = net.build(net.sum(net.product(last), sum));
    const FusedEpilogue e = epilogue(fuse_epilogues(graph), first);
    CHECK(e.residual == net.trunk);
    CHECK(e.raw == sum);
    CHECK(e.activated == last);
}

TEST_CASE("fuse epilogues: nothing but affine layers and the activation follows a value that is read twice") {
    Net net;
    const NodeId first = net.product(net.trunk), sum = net.sum(first, net.trunk);
    const Graph graph = net.build(net.sum(sum, net.product(first)));
    const FusedGraph fused = fuse_epilogues(graph);
    CHECK(epilogue(fused, first).residual == kNoNode);
    CHECK(epilogue(fused, first).raw == first);
    CHECK(epilogue(fused, sum).residual == net.trunk);  // the first input is the result so far
}

TEST_CASE("fuse epilogues: a value is not added to itself in an epilogue") {
    Net net;
    const NodeId first = net.product(net.trunk), doubled = net.sum(first, first);
    const Graph graph = net.build(net.relu(doubled));
    const FusedGraph fused = fuse_epilogues(graph);
    CHECK(epilogue(fused, first).raw == first);
    CHECK(epilogue(fused, doubled).residual == first);
}

TEST_CASE("fuse epilogues: outputs are stored, and only their activations fused behind them") {
    Net net;
    const NodeId first = net.product(net.trunk), sum = net.sum(first, net.trunk);
    const NodeId pooled = net.pool(net.relu(net.product(sum)));
    const Graph graph = net.build(first, pooled);
    const FusedGraph fused = fuse_epilogues(graph);
    CHECK(epilogue(fused, first).raw == first);
    CHECK(epilogue(fused, first).residual == kNoNode);
    CHECK(find(fused, sum) != nullptr);
}

TEST_CASE("fuse epilogues: an output is stored beside the activation that alone reads it") {
    Net net;
    const NodeId planes = net.product(net.trunk), pooled = net.pool(net.relu(net.trunk));
    const NodeId value = net.matmul(pooled, 3), last = net.relu(value);
    const NodeId pass = net.matmul(last, kChannels);
    const Graph graph = net.build_outputs({planes, pass, value, net.matmul(pooled, 4), net.conv(planes, 1, 1)});
    const FusedEpilogue e = epilogue(fuse_epilogues(graph), value);
    CHECK(e.raw == value);
    CHECK(e.activated == last);
}

TEST_CASE("fuse epilogues: two residuals take two steps") {
    Net net;
    const NodeId first = net.product(net.trunk), sum = net.sum(first, net.trunk);
    const NodeId second = net.sum(sum, net.relu(net.trunk));
    const Graph graph = net.build(second);
    const FusedGraph fused = fuse_epilogues(graph);
    CHECK(epilogue(fused, first).raw == sum);
    CHECK(epilogue(fused, second).residual != kNoNode);
}

TEST_CASE("fuse epilogues: a product does not follow a sum, nor a sum an activation") {
    Net net;
    const NodeId first = net.product(net.trunk), sum = net.sum(first, net.trunk), times = net.times(sum, net.trunk);
    const NodeId last = net.relu(times), after = net.sum(last, net.trunk);
    const Graph graph = net.build(after);
    const FusedGraph fused = fuse_epilogues(graph);
    CHECK(epilogue(fused, first).raw == sum);
    CHECK(epilogue(fused, times).activated == last);
    CHECK(epilogue(fused, after).residual == net.trunk);
}

TEST_CASE("fuse epilogues: a vector is added to the points, not the points to a vector") {
    Net net;
    const NodeId vector = net.vector(), sum = net.add(AddBroadcast{}, {net.trunk, vector});
    const Graph graph = net.build(net.sum(sum, net.product(net.trunk)));
    const FusedGraph fused = fuse_epilogues(graph);
    CHECK(epilogue(fused, vector).raw == vector);
    CHECK(epilogue(fused, sum).vector == vector);
}

TEST_CASE("fuse epilogues: a layer runs where its last operand is ready") {
    Net net;
    const NodeId early = net.product(net.trunk), late = net.relu(net.product(net.trunk));
    const NodeId sum = net.sum(early, late);
    const Graph graph = net.build(sum);
    const FusedGraph fused = fuse_epilogues(graph);
    CHECK(find(fused, early)->order == sum);
    CHECK(fused.writer(late) < fused.writer(sum));
}

TEST_CASE("fuse epilogues: an RMS norm takes an activation alone, and only where nothing else reads it") {
    Net net;
    const NodeId plain = net.rms_norm(net.trunk), active = net.activation(plain, ActivationKind::Silu);
    const NodeId biased = net.rms_norm(active), bias = net.bias(biased);
    const NodeId shared = net.rms_norm(bias), relu = net.relu(shared);
    const Graph graph = net.build(net.sum(shared, relu));
    const FusedGraph fused = fuse_epilogues(graph);
    CHECK(epilogue(fused, plain).raw == kNoNode);
    CHECK(epilogue(fused, plain).activated == active);
    CHECK(epilogue(fused, plain).kind == ActivationKind::Silu);
    CHECK(epilogue(fused, plain).affine.scale.empty());
    CHECK(epilogue(fused, biased).raw == biased);
    CHECK(epilogue(fused, shared).raw == shared);
    CHECK(find(fused, relu) != nullptr);
}
