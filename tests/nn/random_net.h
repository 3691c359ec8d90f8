// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "nn/graph.h"

// Small graphs with generated weights, made layer by layer.
namespace test_nets {

using namespace katago;

// Numbers in [-1, 1), the same for the same seed everywhere.
class Numbers {
  public:
    explicit Numbers(uint32_t seed) : state_(seed * 2654435761u + 1) {}
    float next() {
        state_ = state_ * 1664525u + 1013904223u;
        return static_cast<float>(static_cast<int32_t>(state_)) / 2147483648.0f;
    }
    std::vector<float> row(size_t count, double scale = 1, double offset = 0) {
        std::vector<float> values(count);
        for (float& x : values) x = static_cast<float>(offset + scale * static_cast<double>(next()));
        return values;
    }

  private:
    uint32_t state_;
};

// Adds layers whose weights keep values near 1. A graph takes kPlanes planes and kGlobals globals.
class RandomNet {
  public:
    static constexpr int kPlanes = 5, kGlobals = 3;

    explicit RandomNet(uint32_t seed) : numbers_(seed) {
        planes = add(InputSpatial{kPlanes}, {});
        globals = add(InputGlobal{kGlobals}, {});
    }

    NodeId planes = -1, globals = -1;

    NodeId add(Layer layer, std::vector<NodeId> inputs) {
        return builder_.add("n" + std::to_string(count_++), std::move(layer), std::move(inputs));
    }
    int channels(NodeId id) const { return builder_.type(id).channels; }

    NodeId conv(NodeId in, int out, int kernel_y, int kernel_x, int dilation = 1) {
        const int depth = kernel_y * kernel_x * channels(in);
        Conv2d layer{kernel_y, kernel_x, channels(in), out, dilation, dilation, Weights()};
        layer.weights = weights(depth * out, 1.7 / std::sqrt(depth));
        return add(layer, {in});
    }
    NodeId conv(NodeId in, int out, int kernel) { return conv(in, out, kernel, kernel); }
    NodeId matmul(NodeId in, int out) {
        return add(MatMul{channels(in), out, weights(channels(in) * out, 1.7 / std::sqrt(channels(in)))}, {in});
    }
    NodeId bias(NodeId in) { return add(Bias{weights(channels(in), 0.5)}, {in}); }
    NodeId norm(NodeId in, bool affine = true) {
        const int c = channels(in);
        BatchNorm layer{1e-3f, weights(c, 0.4), weights(c, 0.5, 1), nullptr, nullptr};
        if (affine) layer.scale = weights(c, 0.5, 1), layer.bias = weights(c, 0.5);
        return add(layer, {in});
    }
    NodeId rms_norm(NodeId in, bool over_board = false, bool shifts = false) {
        RmsNorm layer{1e-5f, over_board, weights(channels(in), 0.3, 1), nullptr};
        if (shifts) layer.beta = weights(channels(in), 0.3);
        return add(layer, {in});
    }
    NodeId activation(NodeId in, ActivationKind kind) { return add(Activation{kind}, {in}); }
    NodeId pool(NodeId in, GlobalPool::Kind kind = GlobalPool::Kind::Max) { return add(GlobalPool{kind}, {in}); }
    Weights weights(int count, double scale, double offset = 0) {
        return make_weights(numbers_.row(static_cast<size_t>(count), scale, offset));
    }

    // The values to compare: `spatial` is given as policy, the others are made of it and of `vector`.
    Graph build(NodeId spatial, NodeId vector) {
        const NodeId pass = matmul(vector, channels(spatial)), value = matmul(vector, 3);
        const NodeId score = matmul(pool(spatial, GlobalPool::Kind::Value), 4);
        return build_outputs({spatial, pass, value, score, conv(spatial, 1, 1)});
    }
    Graph build_outputs(const GraphOutputs& outputs) { return builder_.build(outputs); }
    Graph build(NodeId spatial) { return build(spatial, pool(spatial)); }

  private:
    GraphBuilder builder_;
    Numbers numbers_;
    int count_ = 0;
};

}  // namespace test_nets
