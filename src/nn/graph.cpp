// SPDX-License-Identifier: MIT
#include "nn/graph.h"

#include <algorithm>

#include <utility>

#include "core/ensure.h"
#include "core/error.h"
#include "nn/layer_checks.h"

namespace katago {

bool Graph::is_output(NodeId id) const {
    const auto ids = outputs_.ids();
    return std::find(ids.begin(), ids.end(), id) != ids.end();
}

std::vector<std::vector<NodeId>> Graph::readers() const {
    std::vector<std::vector<NodeId>> readers(nodes_.size());
    for (size_t id = 0; id < nodes_.size(); id++)
        for (NodeId input : nodes_[id].inputs) readers[static_cast<size_t>(input)].push_back(static_cast<NodeId>(id));
    return readers;
}

std::vector<bool> Graph::trunk() const {
    const auto marked_from = [&](NodeId output) {
        std::vector<bool> marked(nodes_.size(), false);
        marked[static_cast<size_t>(output)] = true;
        for (NodeId id = output; id >= 0; --id) {
            if (!marked[static_cast<size_t>(id)]) continue;
            for (const NodeId in : node(id).inputs) marked[static_cast<size_t>(in)] = true;
        }
        return marked;
    };
    std::vector<bool> trunk = marked_from(outputs_.policy);
    const std::vector<bool> value = marked_from(outputs_.value);
    for (size_t id = 0; id < trunk.size(); ++id) trunk[id] = trunk[id] && value[id];
    return trunk;
}

namespace {

// A network has at most one input of each sort.
void set_input(int& channels, const std::string& name, int found) {
    if (channels != 0) throw ModelError(name + ": the network has such an input already");
    channels = found;
}

}  // namespace

NodeId GraphBuilder::add(std::string name, Layer layer, std::vector<NodeId> inputs) {
    std::vector<TensorType> types;
    for (NodeId input : inputs) {
        ENSURE(input >= 0 && static_cast<size_t>(input) < graph_.nodes_.size());
        types.push_back(type(input));
    }
    const TensorType made = infer_type(name, layer, types);
    if (std::holds_alternative<InputSpatial>(layer)) set_input(graph_.spatial_channels_, name, made.channels);
    if (std::holds_alternative<InputGlobal>(layer)) set_input(graph_.global_channels_, name, made.channels);
    if (std::holds_alternative<InputMeta>(layer)) set_input(graph_.meta_channels_, name, made.channels);
    graph_.nodes_.push_back({std::move(name), std::move(layer), std::move(inputs), made});
    return static_cast<NodeId>(graph_.nodes_.size()) - 1;
}

Graph GraphBuilder::build(const GraphOutputs& outputs) {
    const auto check = [&](const char* what, NodeId id, TensorType wanted) {
        ENSURE(id >= 0 && static_cast<size_t>(id) < graph_.nodes_.size());
        if (wanted.channels == 0) wanted.channels = type(id).channels;
        if (type(id) != wanted)
            throw ModelError(graph_.node(id).name + ": gives the " + what + " as " + to_string(type(id)) +
                             ", must be " + to_string(wanted));
    };
    constexpr int kAny = 0;
    check("policy", outputs.policy, {TensorKind::Spatial, kAny});
    check("pass", outputs.pass, {TensorKind::Vector, type(outputs.policy).channels});
    check("value", outputs.value, {TensorKind::Vector, 3});
    check("score", outputs.score, {TensorKind::Vector, kAny});
    check("ownership", outputs.ownership, {TensorKind::Spatial, 1});
    graph_.outputs_ = outputs;
    return std::exchange(graph_, Graph());
}

}  // namespace katago
