// SPDX-License-Identifier: MIT
// Each kind of layer in plans of the CPU backend, fused with its neighbours or alone.
#include <doctest/doctest.h>

#include "backend/cpu/check_parity.h"
#include "backend/cpu/program/choose.h"
#include "backend/layer_nets.h"
#include "nn/random_net.h"

using namespace test_parity;
using test_nets::LayerNet, test_nets::RandomNet;

namespace {

void check_all(const std::vector<LayerNet>& nets) {
    for (const LayerNet& net : nets) {
        CAPTURE(net.name);
        check_parity(net.graph);
    }
}

}  // namespace

TEST_CASE("cpu: convolutions of every kernel and odd channel counts equal the reference") {
    check_all(test_nets::convolution_nets());
}

TEST_CASE("cpu: the first convolution equals the reference for every kernel") {
    check_all(test_nets::first_convolution_nets());
    RandomNet many(3);
    check_parity(many.build(many.conv(many.planes, 200, 3)), {{9, 9}});
}

TEST_CASE("cpu: 3x3 convolutions too big to keep transformed equal the reference") {
    RandomNet net(4);
    const int channels = sizeof(void*) == 4 ? 250 : 700;  // 36 times their square: 9 MB, 70 MB
    const NodeId in = stem(net, channels);
    const Graph graph = net.build(net.conv(in, channels, 3));
    CHECK(cpu::spares_memory(graph));
    check_parity(graph, {{2, 5}, {6, 6}});
}

TEST_CASE("cpu: norms and activations, fused or alone, equal the reference") {
    check_all(test_nets::norm_nets());
}

TEST_CASE("cpu: residual blocks equal the reference") {
    check_all(test_nets::residual_nets());
}

TEST_CASE("cpu: global pooling blocks equal the reference") {
    check_all(test_nets::pooling_nets());
}

TEST_CASE("cpu: values with several readers and operands in every place equal the reference") {
    check_all(test_nets::operand_nets());
}

TEST_CASE("cpu: layers that read the planes directly equal the reference") {
    check_all(test_nets::plane_nets());
}

TEST_CASE("cpu: RMS norms equal the reference") {
    check_all(test_nets::rms_norm_nets());
}

TEST_CASE("cpu: attention equals the reference for every kind of heads") {
    check_all(test_nets::attention_nets());
}

TEST_CASE("cpu: attention whose output feeds a norm and a wide kernel equals the reference") {
    check_all(test_nets::normed_attention_nets());
}
