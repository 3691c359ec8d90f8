// SPDX-License-Identifier: MIT
#include "eval/layer_noise.h"

#include <doctest/doctest.h>

#include <cmath>
#include <memory>
#include <vector>

#include "backend/registry.h"
#include "core/file.h"
#include "eval/inline_evaluator.h"
#include "nn/format/model_file.h"
#include "nn/format/net_writer.h"
#include "nn/random_net.h"

using namespace katago;
using test_nets::RandomNet;

namespace {

constexpr int kChannels = 2;

// What a plan shows of the convolution of a network: at every point, channel by channel.
struct Shown {
    std::vector<float> even, odd;  // at points of even and odd number
};

// Says nothing of the position, and shows a value of node `conv`, then one that an activation has made of it.
class StubPlan final : public Plan {
  public:
    StubPlan(BoardShape board, NodeId conv, const Shown& shown) : board_(board), conv_(conv), shown_(shown) {}

    void run(int, const PlanInputs&, const PlanOutputs& outputs) override {
        std::fill_n(outputs.policy, board_.area(), 0.0f);
        std::fill_n(outputs.ownership, board_.area(), 0.0f);
        std::fill_n(outputs.pass, 1, 0.0f);
        std::fill_n(outputs.value, 3, 0.0f);
        std::fill_n(outputs.score, 6, 0.0f);
    }
    void observe(int batch, const PlanInputs& inputs, const PlanOutputs& outputs,
                 const PlanObserver& observer) override {
        run(batch, inputs, outputs);
        std::vector<float> values;
        for (int point = 0; point < board_.area(); ++point) {
            const auto& row = point % 2 == 0 ? shown_.even : shown_.odd;
            values.insert(values.end(), row.begin(), row.end());
        }
        observer({conv_, conv_, 1, board_.area(), kChannels, values});
        const std::vector<float> other(values.size(), values[0]);
        observer({conv_ + 1, conv_, 1, board_.area(), kChannels, other});
    }

  private:
    BoardShape board_;
    NodeId conv_;
    Shown shown_;
};

class StubModel final : public LoadedModel {
  public:
    StubModel(NodeId conv, Shown shown) : conv_(conv), shown_(std::move(shown)) {}
    std::unique_ptr<Plan> compile(BoardShape board, int) const override {
        return std::make_unique<StubPlan>(board, conv_, shown_);
    }

  private:
    NodeId conv_;
    Shown shown_;
};

// The signal-to-noise of the only convolution, over three positions in two threads.
double noise_between(const Shown& right, const Shown& found) {
    RandomNet net(1);
    const NodeId conv = net.conv(net.planes, kChannels, 3);
    const Graph graph = net.build(net.activation(conv, ActivationKind::Relu));
    ModelInfo info;
    info.version = 9, info.input_version = 7;
    const EvaluatorOptions options{.cache_size_power_of_two = -1};
    InlineEvaluator first(info, 0, std::make_shared<StubModel>(conv, right), options);
    InlineEvaluator second(info, 0, std::make_shared<StubModel>(conv, found), options);
    const std::vector<BoardHistory> positions(3);
    const auto layers = layer_noise(first, second, graph, positions, {.threads = 2, .progress = {}});
    REQUIRE(layers.size() == 1);
    CHECK(layers[0].layer == graph.node(conv).name);
    return layers[0].signal_to_noise_db;
}

}  // namespace

TEST_CASE("layer noise: squares of values over squares of errors") {
    const Shown right{{1, 2}, {-1, 2}};
    CHECK(noise_between(right, right) == kExactDb);
    // Errors of 0.01 in the first channel only: signal 1 + 4, noise 1e-4.
    CHECK(noise_between(right, {{1.01f, 2}, {-0.99f, 2}}) == doctest::Approx(10 * std::log10(5 / 1e-4)).epsilon(1e-3));
    // A channel that is 1 % too large is wrong; one that is 10 times as large was rescaled.
    CHECK(noise_between(right, {{1.01f, 2}, {-1.01f, 2}}) == doctest::Approx(10 * std::log10(5 / 1e-4)).epsilon(1e-3));
    CHECK(noise_between(right, {{10, 2}, {-10, 2}}) == kExactDb);
    CHECK(noise_between(right, {{10, 2}, {-9, 2}}) < 35);
    // A channel that is lost counts in full.
    CHECK(noise_between(right, {{0, 2}, {0, 2}}) == doctest::Approx(10 * std::log10(5)));
}

TEST_CASE("layer noise: every product of a network, in order, and only rounding between two backends") {
    const Model model = read_model(*ByteSource::from_memory(test_nets::tiny_net(14).bytes, "tiny"), WeightForm::Binary);
    const EvaluatorOptions options{.cache_size_power_of_two = -1};
    const auto reference = find_backend("reference").load(*model.graph);
    const auto cpu = find_backend("cpu").load(*model.graph);
    InlineEvaluator right(model.info, 0, reference, options), found(model.info, 0, cpu, options);
    const std::vector<BoardHistory> positions(1);
    const auto layers = layer_noise(right, found, *model.graph, positions, {});
    size_t at = 0;
    int inexact = 0;
    for (const Node& node : model.graph->nodes()) {
        if (!std::holds_alternative<Conv2d>(node.layer) && !std::holds_alternative<MatMul>(node.layer)) continue;
        REQUIRE(at < layers.size());
        CAPTURE(node.name);
        CHECK(layers[at].layer == node.name);
        CHECK(layers[at].signal_to_noise_db > 90);  // FP32: about 24 bits, 6 dB each
        inexact += layers[at].signal_to_noise_db < kExactDb ? 1 : 0;
        ++at;
    }
    CHECK(at == layers.size());
    CHECK(inexact > 0);
}

TEST_CASE("layer noise: structures are the same whatever the weights") {
    const auto graph = [](uint32_t seed, int channels) {
        RandomNet net(seed);
        return net.build(net.conv(net.planes, channels, 3));
    };
    CHECK(same_structure(graph(1, 4), graph(2, 4)));
    CHECK(!same_structure(graph(1, 4), graph(1, 5)));
}
