// SPDX-License-Identifier: MIT
// Each kind of layer in plans of the CPU backend, fused with its neighbours or alone.
#include <doctest/doctest.h>

#include "backend/cpu/check_parity.h"
#include "nn/random_net.h"

using namespace test_parity;
using test_nets::RandomNet;

TEST_CASE("cpu: convolutions of every kernel and odd channel counts equal the reference") {
    struct Case {
        int in, out, kernel_y, kernel_x, dilation;
    };
    for (const Case& c :
         {Case{3, 7, 1, 1, 1}, Case{17, 33, 1, 1, 1}, Case{3, 7, 3, 3, 1}, Case{33, 17, 3, 3, 1}, Case{24, 48, 3, 3, 1},
          Case{7, 5, 5, 5, 1}, Case{17, 3, 3, 1, 1}, Case{5, 20, 1, 5, 1}, Case{9, 10, 3, 3, 2}, Case{4, 6, 7, 3, 1}}) {
        CAPTURE(c.in);
        CAPTURE(c.out);
        CAPTURE(c.kernel_y);
        RandomNet net(1);
        const NodeId in = stem(net, c.in);
        check_parity(net.build(net.conv(in, c.out, c.kernel_y, c.kernel_x, c.dilation)));
    }
}

TEST_CASE("cpu: the first convolution equals the reference for every kernel") {
    for (const int kernel : {1, 3, 5}) {
        for (const int dilation : {1, 2}) {
            RandomNet net(2);
            check_parity(net.build(net.conv(net.planes, 37, kernel, kernel, dilation)));
        }
    }
    RandomNet many(3);
    check_parity(many.build(many.conv(many.planes, 200, 3)), {{9, 9}});
}

TEST_CASE("cpu: 3x3 convolutions too big to keep transformed equal the reference") {
    RandomNet net(4);  // 36 * 700 * 700 floats are 70 MB
    const NodeId in = stem(net, 700);
    check_parity(net.build(net.conv(in, 700, 3)), {{2, 5}, {6, 6}});
}

TEST_CASE("cpu: norms and activations, fused or alone, equal the reference") {
    for (const ActivationKind kind :
         {ActivationKind::Identity, ActivationKind::Relu, ActivationKind::Mish, ActivationKind::Silu}) {
        for (const bool affine : {false, true}) {
            RandomNet net(5);
            const NodeId in = stem(net, 19);
            const NodeId first = net.activation(net.norm(net.conv(in, 21, 3), affine), kind);
            const NodeId twice = net.activation(net.norm(net.bias(first), affine), kind);
            check_parity(net.build(net.activation(net.norm(net.norm(net.conv(twice, 18, 1))), kind)));
        }
    }
}

TEST_CASE("cpu: residual blocks equal the reference") {
    RandomNet net(6);
    NodeId trunk = net.add(AddBroadcast{}, {stem(net, 20), net.matmul(net.globals, 20)});
    for (int block = 0; block < 3; ++block) {
        const NodeId in = net.activation(net.norm(trunk), ActivationKind::Mish);
        const NodeId mid = net.activation(net.norm(net.conv(in, 24, 3)), ActivationKind::Relu);
        trunk = net.add(Add{}, {trunk, net.conv(mid, 20, 3)});
    }
    check_parity(net.build(trunk));
}

TEST_CASE("cpu: global pooling blocks equal the reference") {
    for (const ActivationKind kind : {ActivationKind::Identity, ActivationKind::Relu}) {
        RandomNet net(7);
        const NodeId in = net.activation(net.norm(stem(net, 20)), kind);
        const NodeId regular = net.conv(in, 19, 3);
        const NodeId pooled = net.pool(net.activation(net.norm(net.conv(in, 9, 3)), kind));
        const NodeId sum = net.add(AddBroadcast{}, {regular, net.matmul(pooled, 19)});
        const NodeId vector = net.activation(net.bias(net.matmul(pooled, 11)), ActivationKind::Silu);
        check_parity(net.build(net.conv(net.activation(net.norm(sum), kind), 20, 3), vector));
    }
}

TEST_CASE("cpu: values with several readers and operands in every place equal the reference") {
    RandomNet net(8);
    const NodeId a = stem(net, 10), b = net.conv(a, 10, 1), c = net.matmul(a, 10);
    const NodeId vector = net.matmul(net.globals, 10);
    const NodeId squares = net.add(Multiply{}, {b, b});
    const NodeId glu = net.add(Multiply{}, {net.activation(net.matmul(b, 10), ActivationKind::Silu), c});
    const NodeId sum = net.add(Add{}, {net.add(Add{}, {squares, glu}), net.add(AddBroadcast{}, {a, vector})});
    const NodeId twice = net.add(Add{}, {sum, sum});
    const NodeId left = net.activation(sum, ActivationKind::Relu), right = net.bias(sum);
    const NodeId product = net.add(Multiply{}, {net.add(Add{}, {left, right}), net.conv(twice, 10, 3)});
    const NodeId vectors = net.add(Multiply{}, {net.add(Add{}, {vector, net.bias(vector)}), net.matmul(vector, 10)});
    check_parity(net.build(net.add(AddBroadcast{}, {product, vectors}), vectors));
}

TEST_CASE("cpu: layers that read the planes directly equal the reference") {
    RandomNet net(9);
    const NodeId biased = net.bias(net.planes);
    check_parity(net.build(net.add(Add{}, {biased, net.conv(net.planes, RandomNet::kPlanes, 3)}), net.globals));
}

TEST_CASE("cpu: RMS norms equal the reference") {
    for (const bool over_board : {false, true}) {
        for (const bool with_beta : {false, true}) {
            RandomNet net(10);
            const NodeId in = stem(net, 21);
            RmsNorm layer{1e-6f, over_board, net.weights(21, 0.5, 1), nullptr};
            if (with_beta) layer.beta = net.weights(21, 0.5);
            const NodeId normed = net.add(layer, {in});
            const NodeId active = net.activation(normed, ActivationKind::Mish);
            check_parity(net.build(with_beta ? active : net.add(Add{}, {active, normed})));
        }
    }
}

TEST_CASE("cpu: attention equals the reference for every kind of heads") {
    for (const Attention& layer : {Attention{3, 3, 32, 32, {}}, Attention{4, 2, 8, 5, {}}, Attention{2, 1, 6, 16, {}},
                                   Attention{1, 1, 34, 3, {}}, Attention{6, 3, 16, 24, {}}}) {
        for (const bool rope : {false, true}) {
            CAPTURE(layer.qk_channels);
            CAPTURE(rope);
            RandomNet net(11);
            const NodeId in = stem(net, 13);
            const NodeId normed = net.add(RmsNorm{1e-6f, false, net.weights(13, 0.5, 1), nullptr}, {in});
            const NodeId attended = attention(net, normed, layer, rope);
            check_parity(net.build(net.add(Add{}, {in, net.matmul(attended, 13)})));
        }
    }
}

TEST_CASE("cpu: attention whose output feeds a norm and a wide kernel equals the reference") {
    RandomNet net(12);
    const NodeId attended = attention(net, stem(net, 8), {3, 3, 4, 5, {}}, true);
    const NodeId normed = net.add(RmsNorm{1e-6f, false, net.weights(15, 0.5, 1), nullptr}, {attended});
    check_parity(net.build(net.conv(normed, 6, 5)));
}
