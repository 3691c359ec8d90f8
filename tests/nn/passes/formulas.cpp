// SPDX-License-Identifier: MIT
#include "nn/passes/formulas.h"

#include <algorithm>
#include <cmath>

namespace pass_tests {

namespace {

size_t at(int row, int columns, int column) {
    return static_cast<size_t>(row * columns + column);
}

// Computes one node of a graph from the values of its inputs.
class NodeFormula {
  public:
    NodeFormula(const Node& node, const std::vector<const Value*>& operands, const Inputs& inputs)
        : node_(node), operands_(operands), inputs_(inputs), channels_(node.type.channels) {}

    Value operator()(const InputSpatial&) const { return inputs_.spatial; }
    Value operator()(const InputGlobal&) const { return inputs_.global; }
    Value operator()(const InputMeta&) const { return inputs_.meta; }

    Value operator()(const Conv2d& layer) const {
        const Weights weights = layer.weights.floats();
        Value out(static_cast<size_t>(inputs_.points() * channels_));
        for (int point = 0; point < inputs_.points(); ++point) {
            for (int tap = 0; tap < layer.kernel_y * layer.kernel_x; ++tap) {
                const int y = point / inputs_.width + (tap / layer.kernel_x - layer.kernel_y / 2) * layer.dilation_y;
                const int x = point % inputs_.width + (tap % layer.kernel_x - layer.kernel_x / 2) * layer.dilation_x;
                if (y < 0 || y >= inputs_.height || x < 0 || x >= inputs_.width) continue;
                add_product(*weights, tap * layer.in_channels, layer.in_channels, y * inputs_.width + x, point, out);
            }
        }
        return out;
    }
    Value operator()(const MatMul& layer) const {
        const Weights weights = layer.weights.floats();
        Value out(static_cast<size_t>(rows() * channels_));
        for (int row = 0; row < rows(); ++row) add_product(*weights, 0, layer.in_channels, row, row, out);
        return out;
    }

    Value operator()(const Bias& layer) const {
        return map([&](double x, size_t c) { return x + double{(*layer.bias)[c]}; });
    }
    Value operator()(const BatchNorm& layer) const {
        return map([&](double x, size_t c) {
            const double scale = layer.scale ? double{(*layer.scale)[c]} : 1;
            const double bias = layer.bias ? double{(*layer.bias)[c]} : 0;
            return (x - double{(*layer.mean)[c]}) * scale /
                       std::sqrt(double{(*layer.variance)[c]} + double{layer.epsilon}) +
                   bias;
        });
    }
    Value operator()(const Activation& layer) const {
        return map([&](double x, size_t) { return activated(layer.kind, x); });
    }
    Value operator()(const RmsNorm& layer) const {
        const int together = layer.over_board ? rows() : 1;
        std::vector<double> factors;
        for (int row = 0; row < rows(); ++row) {
            double squares = 0;
            const int first = row / together * together * channels_;
            for (int i = 0; i < together * channels_; ++i)
                squares += std::pow(in(0)[static_cast<size_t>(first + i)], 2);
            factors.push_back(1 / std::sqrt(squares / (together * channels_) + double{layer.epsilon}));
        }
        Value out = map([&](double x, size_t c) { return x * double{(*layer.gamma)[c]}; });
        for (size_t i = 0; i < out.size(); ++i) {
            const size_t c = i % static_cast<size_t>(channels_);
            out[i] = out[i] * factors[i / static_cast<size_t>(channels_)] + (layer.beta ? double{(*layer.beta)[c]} : 0);
        }
        return out;
    }

    Value operator()(const GlobalPool& layer) const {
        const int channels = channels_ / 3, points = inputs_.points();
        const double edge = (std::sqrt(points) - 14) / 10;
        Value out(static_cast<size_t>(channels_));
        for (int c = 0; c < channels; ++c) {
            double sum = 0, largest = -1;
            for (int point = 0; point < points; ++point) {
                sum += in(0)[at(point, channels, c)];
                largest = std::max(largest, in(0)[at(point, channels, c)]);
            }
            out[at(0, channels, c)] = sum / points;
            out[at(1, channels, c)] = sum / points * edge;
            out[at(2, channels, c)] =
                layer.kind == GlobalPool::Kind::Max ? largest : sum / points * (edge * edge - 0.1);
        }
        return out;
    }

    Value operator()(const Add&) const {
        return combined([](double x, double y) { return x + y; });
    }
    Value operator()(const Multiply&) const {
        return combined([](double x, double y) { return x * y; });
    }
    Value operator()(const AddBroadcast&) const {
        return combined([](double x, double y) { return x + y; });
    }

    // Without rotations of queries and keys: to the passes attention is opaque.
    Value operator()(const Attention& layer) const {
        const int points = inputs_.points();
        Value out(static_cast<size_t>(points * channels_));
        for (int head = 0; head < layer.heads; ++head) {
            const int kv = head / (layer.heads / layer.kv_heads);
            for (int query = 0; query < points; ++query) {
                double sum = 0;
                for (int key = 0; key < points; ++key) sum += std::exp(score(layer, head, kv, query, key));
                for (int key = 0; key < points; ++key) {
                    const double part = std::exp(score(layer, head, kv, query, key)) / sum;
                    for (int c = 0; c < layer.v_channels; ++c) {
                        out[at(query * layer.heads + head, layer.v_channels, c)] +=
                            part * in(2)[at(key * layer.kv_heads + kv, layer.v_channels, c)];
                    }
                }
            }
        }
        return out;
    }

  private:
    const Value& in(size_t i) const { return *operands_[i]; }
    int rows() const { return node_.type.kind == TensorKind::Spatial ? inputs_.points() : 1; }

    // Adds in[row] * weights[first ..., :] to out[out_row].
    void add_product(const std::vector<float>& weights, int first, int depth, int row, int out_row, Value& out) const {
        for (int i = 0; i < depth; ++i) {
            const double x = in(0)[at(row, depth, i)];
            for (int o = 0; o < channels_; ++o)
                out[at(out_row, channels_, o)] += x * double{weights[at(first + i, channels_, o)]};
        }
    }
    double score(const Attention& layer, int head, int kv, int query, int key) const {
        double sum = 0;
        for (int c = 0; c < layer.qk_channels; ++c) {
            sum += in(0)[at(query * layer.heads + head, layer.qk_channels, c)] *
                   in(1)[at(key * layer.kv_heads + kv, layer.qk_channels, c)];
        }
        return sum / std::sqrt(layer.qk_channels);
    }
    template <class Function>
    Value map(const Function& function) const {
        Value out = in(0);
        for (size_t i = 0; i < out.size(); ++i) out[i] = function(out[i], i % static_cast<size_t>(channels_));
        return out;
    }
    // The second value may be one row for all.
    template <class Function>
    Value combined(const Function& function) const {
        Value out = in(0);
        for (size_t i = 0; i < out.size(); ++i) out[i] = function(out[i], in(1)[i % in(1).size()]);
        return out;
    }

    const Node& node_;
    const std::vector<const Value*>& operands_;
    const Inputs& inputs_;
    int channels_;
};

}  // namespace

double activated(ActivationKind kind, double x) {
    switch (kind) {
        case ActivationKind::Relu:
            return std::max(x, 0.0);
        case ActivationKind::Mish:
            return x * std::tanh(std::log1p(std::exp(x)));
        case ActivationKind::Silu:
            return x / (1 + std::exp(-x));
        case ActivationKind::Identity:
            break;
    }
    return x;
}

Value value_of(const Node& node, const std::vector<const Value*>& operands, const Inputs& inputs) {
    return std::visit(NodeFormula(node, operands, inputs), node.layer);
}

}  // namespace pass_tests
