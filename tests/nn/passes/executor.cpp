// SPDX-License-Identifier: MIT
#include "nn/passes/executor.h"

#include <algorithm>
#include <stdexcept>

#include "nn/random_net.h"

namespace pass_tests {

namespace {

template <class... Kinds>
bool is_any(const Layer& layer) {
    return (std::holds_alternative<Kinds>(layer) || ...);
}

bool is_elementwise(const Layer& layer) {
    return is_any<Add, Multiply, AddBroadcast, Bias, BatchNorm, Activation>(layer);
}

// Runs fused nodes, with the values stored so far.
class FusedRun {
  public:
    FusedRun(const FusedGraph& fused, const Inputs& inputs)
        : fused_(fused), inputs_(inputs), values_(fused.graph().nodes().size()) {}

    // Of every node of the graph.
    const std::vector<Value>& values() const { return values_; }

    void run(const FusedNode& node) {
        const Node& first = fused_.graph().node(node.first);
        std::vector<const Value*> operands;
        for (const NodeId value : node.reads) operands.push_back(&stored(value));
        operands.resize(std::min(operands.size(), first.inputs.size()));
        const Value y = is_elementwise(first.layer) ? *operands[0] : value_of(first, operands, inputs_);
        apply(node.epilogue, y, static_cast<size_t>(first.type.channels));
    }
    void forget(const FusedNode& node) {
        for (const NodeId value : node.writes) values_[static_cast<size_t>(value)].clear();
    }

  private:
    const Value& stored(NodeId id) const {
        const Value& value = values_[static_cast<size_t>(id)];
        if (value.empty()) throw std::logic_error(fused_.graph().node(id).name + " is read, but not stored");
        return value;
    }
    void apply(const FusedEpilogue& e, Value y, size_t channels) {
        for (size_t i = 0; i < y.size(); ++i) {
            if (e.multiplier != kNoNode) y[i] *= stored(e.multiplier)[i];
            if (e.vector != kNoNode) y[i] += stored(e.vector)[i % channels];
            if (e.residual != kNoNode) y[i] += stored(e.residual)[i];
        }
        if (e.raw != kNoNode) values_[static_cast<size_t>(e.raw)] = y;
        if (e.activated == kNoNode) return;
        for (size_t i = 0; i < y.size(); ++i) {
            const size_t c = i % channels;
            if (!e.affine.scale.empty()) y[i] = y[i] * double{e.affine.scale[c]} + double{e.affine.shift[c]};
            y[i] = activated(e.kind, y[i]);
        }
        values_[static_cast<size_t>(e.activated)] = std::move(y);
    }

    const FusedGraph& fused_;
    const Inputs& inputs_;
    std::vector<Value> values_;
};

}  // namespace

Inputs random_inputs(const Graph& graph) {
    test_nets::Numbers numbers(1);
    const auto row = [&](int count) {
        const std::vector<float> floats = numbers.row(static_cast<size_t>(count));
        return Value(floats.begin(), floats.end());
    };
    Inputs inputs{3, 4, {}, {}, {}};
    inputs.spatial = row(inputs.points() * graph.spatial_channels());
    inputs.global = row(graph.global_channels()), inputs.meta = row(graph.meta_channels());
    return inputs;
}

std::vector<Value> evaluate(const Graph& graph, const Inputs& inputs) {
    std::vector<Value> values;
    for (const Node& node : graph.nodes()) {
        std::vector<const Value*> operands;
        for (const NodeId input : node.inputs) operands.push_back(&values[static_cast<size_t>(input)]);
        values.push_back(value_of(node, operands, inputs));
    }
    return values;
}

std::vector<Value> evaluate(const FusedGraph& fused, const Inputs& inputs) {
    return evaluate(fused, {}, inputs);
}

std::vector<Value> evaluate(const FusedGraph& fused, std::span<const Glu> glus, const Inputs& inputs) {
    FusedRun run(fused, inputs);
    for (int index = 0; const FusedNode& node : fused.nodes()) {
        const auto glu = std::find_if(glus.begin(), glus.end(), [&](const Glu& g) {
            return index == g.norm || index == g.linear || index == g.gate || index == g.last;
        });
        if (glu == glus.end()) {
            run.run(node);
        } else if (index == glu->last) {
            for (const int part : {glu->norm, glu->linear, glu->gate, glu->last})
                if (part != -1) run.run(fused.nodes()[static_cast<size_t>(part)]);
            for (const int part : {glu->norm, glu->linear, glu->gate})
                if (part != -1) run.forget(fused.nodes()[static_cast<size_t>(part)]);
        }
        ++index;
    }
    return run.values();
}

}  // namespace pass_tests
