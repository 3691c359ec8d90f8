// SPDX-License-Identifier: MIT
#include "nn/passes/random_graph.h"

#include <algorithm>
#include <vector>

#include "nn/random_net.h"

namespace pass_tests {

using namespace katago;

namespace {

class RandomGraph {
  public:
    explicit RandomGraph(uint32_t seed) : choices_(seed + 1000), net_(seed), channels_(4 * (1 + choose(3))) {
        spatial_ = {net_.conv(net_.planes, channels_, 3)};
        vectors_ = {net_.matmul(net_.globals, channels_)};
    }

    Graph build() {
        constexpr int kLayers = 30;
        for (int i = 0; i < kLayers; ++i) spatial_.push_back(layer());
        NodeId end = net_.rms_norm(spatial_.back());
        while (choose(2) == 0) end = net_.add(Add{}, {end, recent(spatial_)});
        return choose(2) == 0 ? net_.build(end) : net_.build(end, vectors_.back());
    }

  private:
    int choose(int count) {
        return std::min(count - 1, static_cast<int>((choices_.next() + 1) / 2 * static_cast<float>(count)));
    }
    NodeId recent(const std::vector<NodeId>& values) {
        return values[values.size() - 1 - static_cast<size_t>(choose(std::min(3, static_cast<int>(values.size()))))];
    }
    ActivationKind kind() { return static_cast<ActivationKind>(choose(4)); }

    NodeId layer() {
        const NodeId in = recent(spatial_);
        switch (choose(12)) {
            case 0:
                return net_.conv(in, channels_, choose(2) == 0 ? 1 : 3);
            case 1:
                return net_.bias(in);
            case 2:
                return net_.norm(in, choose(2) == 0);
            case 3:
            case 4:
                return net_.activation(in, kind());
            case 5:
                return net_.add(Add{}, {in, recent(spatial_)});
            case 6:
                return net_.add(Multiply{}, {net_.rms_norm(in), recent(spatial_)});
            case 7:
                return net_.add(AddBroadcast{}, {in, recent(vectors_)});
            case 8:
                vectors_.push_back(net_.activation(net_.bias(net_.matmul(net_.pool(in), channels_)), kind()));
                return net_.matmul(in, channels_);
            case 9:
                return net_.rms_norm(in, choose(2) == 0, choose(2) == 0);
            case 10:
                return attention(in);
            default:
                return glu(in);
        }
    }
    NodeId attention(NodeId in) {
        const int half = channels_ / 2;
        const NodeId q = net_.matmul(in, channels_), k = net_.matmul(in, half), v = net_.matmul(in, half);
        return net_.matmul(net_.add(Attention{2, 1, half, half, {}}, {q, k, v}), channels_);
    }
    NodeId glu(NodeId in) {
        const NodeId normed = choose(3) == 0 ? in : net_.rms_norm(in, choose(6) == 0, choose(6) == 0);
        const bool gate_first = choose(2) == 0, gate_left = choose(2) == 0;
        const auto widen = [&] { return net_.conv(normed, 2 * channels_, choose(6) == 0 ? 3 : 1); };
        const NodeId first = widen(), second = widen();
        NodeId linear = gate_first ? second : first, gate = gate_first ? first : second;
        if (choose(3) == 0) linear = net_.bias(linear);
        linear = net_.activation(linear, kind());
        if (choose(6) == 0) gate = net_.bias(gate);
        const NodeId product = net_.add(Multiply{}, {gate_left ? gate : linear, gate_left ? linear : gate});
        if (choose(6) == 0) spatial_.push_back(net_.matmul(product, channels_));
        const NodeId last = net_.matmul(product, channels_);
        return choose(2) == 0 ? last : net_.add(Add{}, {last, in});
    }

    test_nets::Numbers choices_;
    test_nets::RandomNet net_;
    int channels_;
    std::vector<NodeId> spatial_, vectors_;
};

}  // namespace

Graph random_graph(uint32_t seed) {
    return RandomGraph(seed).build();
}

}  // namespace pass_tests
