// SPDX-License-Identifier: MIT
#include "eval/layer_noise.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>
#include <variant>

#include "core/parallel_for.h"
#include "eval/eval_thread.h"

namespace katago {

namespace {

constexpr double kOwnError = 0.05;  // of a factor; beyond it lies a rescaling of the channel

// Sums over all points, of one channel.
struct ChannelSums {
    double right_squared = 0, found_squared = 0, product = 0;

    // Squared errors; `found` may be scaled by its best factor.
    double noise() const {
        const double plain = right_squared - 2 * product + found_squared;
        if (found_squared <= 0) return plain;
        const double factor = product / found_squared;
        const bool rescaled = factor > 0 && std::abs(factor - 1) > kOwnError;
        return rescaled ? right_squared - factor * product : plain;
    }
};

// Of one layer.
struct Sums {
    NodeId value = -1;
    std::vector<ChannelSums> channels;

    void add(std::span<const float> right, std::span<const float> found) {
        for (size_t i = 0, channel = 0; i < right.size(); ++i) {
            ChannelSums& sums = channels[channel];
            const double a = double{right[i]}, b = double{found[i]};
            sums.right_squared += a * a, sums.found_squared += b * b, sums.product += a * b;
            if (++channel == channels.size()) channel = 0;
        }
    }
    void add(const Sums& other) {
        value = other.value;
        channels.resize(other.channels.size());
        for (size_t i = 0; i < channels.size(); ++i) {
            channels[i].right_squared += other.channels[i].right_squared;
            channels[i].found_squared += other.channels[i].found_squared;
            channels[i].product += other.channels[i].product;
        }
    }
    double decibels() const {
        double signal = 0, noise = 0;
        for (const ChannelSums& sums : channels) signal += sums.right_squared, noise += std::max(sums.noise(), 0.0);
        const double least = signal * std::pow(10, -kExactDb / 10);
        return signal > 0 && noise > least ? 10 * std::log10(signal / noise) : kExactDb;
    }
};
using SumsByLayer = std::map<NodeId, Sums>;

bool is_compared(const Layer& layer) {
    return std::holds_alternative<Conv2d>(layer) || std::holds_alternative<MatMul>(layer) ||
           std::holds_alternative<Attention>(layer);
}

// One thread's two views of the network.
class Observers {
  public:
    explicit Observers(const Graph& graph) : graph_(graph) {}

    PlanObserver right() {
        return
            [this](const ObservedValue& value) { right_[value.node].assign(value.values.begin(), value.values.end()); };
    }
    PlanObserver found() {
        return [this](const ObservedValue& value) {
            if (!is_compared(graph_.node(value.step).layer)) return;
            const auto wanted = right_.find(value.node);
            if (wanted == right_.end() || wanted->second.size() != value.values.size()) return;
            // A step may make two values, before and after an activation: the first speaks for the layer.
            Sums& sums = sums_[value.step];
            if (sums.value == -1) sums.value = value.node, sums.channels.resize(static_cast<size_t>(value.channels));
            if (sums.value == value.node) sums.add(wanted->second, value.values);
        };
    }
    const SumsByLayer& sums() const { return sums_; }

  private:
    const Graph& graph_;
    std::map<NodeId, std::vector<float>> right_;  // of the present position
    SumsByLayer sums_;
};

}  // namespace

bool same_structure(const Graph& a, const Graph& b) {
    return std::equal(a.nodes().begin(), a.nodes().end(), b.nodes().begin(), b.nodes().end(),
                      [](const Node& x, const Node& y) {
                          return x.layer.index() == y.layer.index() && x.inputs == y.inputs && x.type == y.type;
                      });
}

std::vector<LayerNoise> layer_noise(Evaluator& right, Evaluator& found, const Graph& graph,
                                    std::span<const BoardHistory> positions, const CompareOptions& options) {
    std::mutex mutex;
    size_t done = 0;
    SumsByLayer all;
    parallel_for(positions.size(), options.threads, [&](ParallelRange& range) {
        EvalThread right_thread(right, /*seed=*/0), found_thread(found, /*seed=*/0);
        Observers observers(graph);
        right_thread.set_observer(observers.right());
        found_thread.set_observer(observers.found());
        const EvalOptions how = comparison_options();
        while (const auto index = range.next()) {
            const BoardHistory& history = positions[*index];
            right_thread.evaluate(history.board(), history, history.next_player(), how);
            found_thread.evaluate(history.board(), history, history.next_player(), how);
            const std::scoped_lock lock(mutex);
            if (options.progress) options.progress(++done, positions.size());
        }
        const std::scoped_lock lock(mutex);
        for (const auto& [step, sums] : observers.sums()) all[step].add(sums);
    });
    std::vector<LayerNoise> layers;
    for (const auto& [step, sums] : all) layers.push_back({graph.node(step).name, sums.decibels()});
    return layers;
}

}  // namespace katago
