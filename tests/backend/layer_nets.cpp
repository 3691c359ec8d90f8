// SPDX-License-Identifier: MIT
#include "backend/layer_nets.h"

#include "backend/parity.h"
#include "nn/random_net.h"

namespace test_nets {

using test_parity::attention, test_parity::stem;

std::vector<LayerNet> convolution_nets() {
    struct Case {
        int in, out, kernel_y, kernel_x, dilation;
    };
    std::vector<LayerNet> nets;
    for (const Case& c :
         {Case{3, 7, 1, 1, 1}, Case{17, 33, 1, 1, 1}, Case{3, 7, 3, 3, 1}, Case{33, 17, 3, 3, 1}, Case{24, 48, 3, 3, 1},
          Case{7, 5, 5, 5, 1}, Case{17, 3, 3, 1, 1}, Case{5, 20, 1, 5, 1}, Case{9, 10, 3, 3, 2}, Case{4, 6, 7, 3, 1}}) {
        RandomNet net(1);
        const NodeId in = stem(net, c.in);
        nets.push_back({"kernel " + std::to_string(c.kernel_y) + "x" + std::to_string(c.kernel_x) + ", " +
                            std::to_string(c.in) + " to " + std::to_string(c.out) + " channels",
                        net.build(net.conv(in, c.out, c.kernel_y, c.kernel_x, c.dilation))});
    }
    return nets;
}

std::vector<LayerNet> first_convolution_nets() {
    std::vector<LayerNet> nets;
    for (const int kernel : {1, 3, 5}) {
        for (const int dilation : {1, 2}) {
            RandomNet net(2);
            nets.push_back({"kernel " + std::to_string(kernel) + ", dilation " + std::to_string(dilation),
                            net.build(net.conv(net.planes, 37, kernel, kernel, dilation))});
        }
    }
    return nets;
}

std::vector<LayerNet> norm_nets() {
    std::vector<LayerNet> nets;
    for (const ActivationKind kind :
         {ActivationKind::Identity, ActivationKind::Relu, ActivationKind::Mish, ActivationKind::Silu}) {
        for (const bool affine : {false, true}) {
            RandomNet net(5);
            const NodeId in = stem(net, 19);
            const NodeId first = net.activation(net.norm(net.conv(in, 21, 3), affine), kind);
            const NodeId twice = net.activation(net.norm(net.bias(first), affine), kind);
            nets.push_back({"activation " + std::to_string(static_cast<int>(kind)) + (affine ? ", affine" : ""),
                            net.build(net.activation(net.norm(net.norm(net.conv(twice, 18, 1))), kind))});
        }
    }
    return nets;
}

std::vector<LayerNet> residual_nets() {
    RandomNet net(6);
    NodeId trunk = net.add(AddBroadcast{}, {stem(net, 20), net.matmul(net.globals, 20)});
    for (int block = 0; block < 3; ++block) {
        const NodeId in = net.activation(net.norm(trunk), ActivationKind::Mish);
        const NodeId mid = net.activation(net.norm(net.conv(in, 24, 3)), ActivationKind::Relu);
        trunk = net.add(Add{}, {trunk, net.conv(mid, 20, 3)});
    }
    std::vector<LayerNet> nets;
    nets.push_back({"three blocks", net.build(trunk)});
    return nets;
}

std::vector<LayerNet> pooling_nets() {
    std::vector<LayerNet> nets;
    for (const ActivationKind kind : {ActivationKind::Identity, ActivationKind::Relu}) {
        RandomNet net(7);
        const NodeId in = net.activation(net.norm(stem(net, 20)), kind);
        const NodeId regular = net.conv(in, 19, 3);
        const NodeId pooled = net.pool(net.activation(net.norm(net.conv(in, 9, 3)), kind));
        const NodeId sum = net.add(AddBroadcast{}, {regular, net.matmul(pooled, 19)});
        const NodeId vector = net.activation(net.bias(net.matmul(pooled, 11)), ActivationKind::Silu);
        nets.push_back({"activation " + std::to_string(static_cast<int>(kind)),
                        net.build(net.conv(net.activation(net.norm(sum), kind), 20, 3), vector)});
    }
    return nets;
}

std::vector<LayerNet> operand_nets() {
    std::vector<LayerNet> nets;
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
    nets.push_back({"several readers", net.build(net.add(AddBroadcast{}, {product, vectors}), vectors)});
    return nets;
}

std::vector<LayerNet> plane_nets() {
    std::vector<LayerNet> nets;
    RandomNet net(9);
    const NodeId biased = net.bias(net.planes);
    const NodeId sum = net.add(Add{}, {biased, net.conv(net.planes, RandomNet::kPlanes, 3)});
    nets.push_back({"a bias and a convolution", net.build(sum, net.globals)});
    return nets;
}

std::vector<LayerNet> rms_norm_nets() {
    std::vector<LayerNet> nets;
    for (const bool over_board : {false, true}) {
        for (const bool with_beta : {false, true}) {
            RandomNet net(10);
            const NodeId in = stem(net, 21);
            RmsNorm layer{1e-6f, over_board, net.weights(21, 0.5, 1), nullptr};
            if (with_beta) layer.beta = net.weights(21, 0.5);
            const NodeId normed = net.add(layer, {in});
            const NodeId active = net.activation(normed, ActivationKind::Mish);
            nets.push_back({std::string(over_board ? "over the board" : "of points") + (with_beta ? ", beta" : ""),
                            net.build(with_beta ? active : net.add(Add{}, {active, normed}))});
        }
    }
    // Beside a layer, which may take it into its own step: nothing else, an activation, what is added to the layer's
    // result.
    for (const char* other : {"a layer", "a layer and an activation", "a layer and its residual"}) {
        RandomNet net(10);
        const NodeId in = stem(net, 21);
        const NodeId normed = net.add(RmsNorm{1e-6f, false, net.weights(21, 0.5, 1), nullptr}, {in});
        const NodeId layer = net.matmul(normed, 21);
        NodeId beside = in;
        if (other == std::string("a layer and an activation")) beside = net.activation(normed, ActivationKind::Mish);
        if (other == std::string("a layer and its residual")) beside = normed;
        nets.push_back({std::string("read by ") + other, net.build(net.add(Add{}, {layer, beside}))});
    }
    return nets;
}

std::vector<LayerNet> attention_nets() {
    std::vector<LayerNet> nets;
    for (const Attention& layer : {Attention{3, 3, 32, 32, {}}, Attention{4, 2, 8, 5, {}}, Attention{2, 1, 6, 16, {}},
                                   Attention{1, 1, 34, 3, {}}, Attention{6, 3, 16, 24, {}}}) {
        for (const bool rope : {false, true}) {
            RandomNet net(11);
            const NodeId in = stem(net, 13);
            const NodeId normed = net.add(RmsNorm{1e-6f, false, net.weights(13, 0.5, 1), nullptr}, {in});
            const NodeId attended = attention(net, normed, layer, rope);
            nets.push_back({std::to_string(layer.heads) + " heads of " + std::to_string(layer.qk_channels) + " and " +
                                std::to_string(layer.v_channels) + " channels" + (rope ? ", rotated" : ""),
                            net.build(net.add(Add{}, {in, net.matmul(attended, 13)}))});
        }
    }
    return nets;
}

std::vector<LayerNet> normed_attention_nets() {
    std::vector<LayerNet> nets;
    RandomNet net(12);
    const NodeId attended = attention(net, stem(net, 8), {3, 3, 4, 5, {}}, true);
    const NodeId normed = net.add(RmsNorm{1e-6f, false, net.weights(15, 0.5, 1), nullptr}, {attended});
    nets.push_back({"three heads", net.build(net.conv(normed, 6, 5))});
    return nets;
}

}  // namespace test_nets
