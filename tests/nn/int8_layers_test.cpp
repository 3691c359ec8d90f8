// SPDX-License-Identifier: MIT
#include "nn/int8_layers.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "core/fp16.h"
#include "nn/random_int8.h"
#include "nn/random_net.h"

using namespace katago;
using test_nets::Numbers;
using test_nets::random_int8;
using test_nets::RandomNet;

namespace {

bool tolerates_int8(const Graph& graph, NodeId id) {
    const std::vector<NodeId> layers = int8_layers(graph);
    return std::find(layers.begin(), layers.end(), id) != layers.end();
}

}  // namespace

TEST_CASE("int8 layers: all linear layers of a residual trunk, of a transformer not values and what leads in") {
    RandomNet residual(5);
    const NodeId stem = residual.conv(residual.planes, 16, 3);
    const NodeId inner = residual.conv(residual.activation(stem, ActivationKind::Relu), 16, 3);
    const NodeId outer = residual.conv(inner, 16, 1);
    const Graph convolutions = residual.build(residual.add(Add{}, {stem, outer}));
    CHECK(tolerates_int8(convolutions, inner));
    CHECK(tolerates_int8(convolutions, outer));

    RandomNet transformer(6);
    const NodeId in = transformer.conv(transformer.planes, 16, 1);
    const NodeId q = transformer.matmul(in, 16), k = transformer.matmul(in, 16), v = transformer.matmul(in, 16);
    const NodeId out = transformer.matmul(transformer.add(Attention{2, 2, 8, 8, {}}, {q, k, v}), 16);
    const NodeId linear = transformer.matmul(out, 32), gate = transformer.matmul(out, 32);
    const NodeId active = transformer.activation(linear, ActivationKind::Silu);
    const NodeId last = transformer.matmul(transformer.add(Multiply{}, {active, gate}), 16);
    const Graph glu = transformer.build(last);
    for (const NodeId id : {in, v}) CHECK_FALSE(tolerates_int8(glu, id));
    for (const NodeId id : {q, k, out, linear, gate, last}) CHECK(tolerates_int8(glu, id));
}

TEST_CASE("int8 layers: the first convolution and large kernels take no INT8 inputs") {
    RandomNet net(8);
    const NodeId stem = net.conv(net.planes, 16, 3);
    const NodeId small = net.conv(stem, 16, 3), point = net.conv(small, 16, 1), large = net.conv(point, 16, 5);
    const Graph graph = net.build(net.add(Add{}, {stem, large}));
    for (const NodeId id : {stem, small, point, large}) CHECK(tolerates_int8(graph, id));
    CHECK(int8_input_layers(graph) == std::vector<NodeId>{small, point});
}

TEST_CASE("int8 layers: what a quantized network keeps in FP16 is not rounded to 8 bits") {
    Numbers numbers(5);
    const auto fp16 = std::make_shared<std::vector<uint16_t>>(16 * 16, fp16_of_float(0.25f));
    const auto middle_of = [&](const LinearWeights& first_weights) {
        RandomNet net(7);
        const NodeId stem = net.conv(net.planes, 16, 3);
        const NodeId first = net.add(MatMul{16, 16, first_weights}, {stem});
        const NodeId second = net.add(MatMul{16, 16, LinearWeights(*fp16, fp16)}, {first});
        const Graph graph = net.build(net.add(Add{}, {stem, second}));
        CHECK(tolerates_int8(graph, first));
        return tolerates_int8(graph, second);
    };
    CHECK_FALSE(middle_of(random_int8(numbers, 1, 16, 16, 16)));
    CHECK(middle_of(LinearWeights(*fp16, fp16)));  // a network all in FP16
}
