// SPDX-License-Identifier: MIT
#include "backend/cpu/fuse.h"

#include <cmath>

#include "core/ensure.h"

namespace katago::cpu {

namespace {

bool is_affine_or_activation(const Layer& layer) {
    return std::holds_alternative<Bias>(layer) || std::holds_alternative<BatchNorm>(layer) ||
           std::holds_alternative<Activation>(layer);
}

// Puts y * scale + shift after what is there.
void compose(Fusion& fusion, size_t channel, double scale, double shift) {
    fusion.scale[channel] = static_cast<float>(fusion.scale[channel] * scale);
    fusion.shift[channel] = static_cast<float>(fusion.shift[channel] * scale + shift);
}

void compose(Fusion& fusion, const BatchNorm& layer) {
    for (size_t c = 0; c < fusion.scale.size(); ++c) {
        double scale = layer.scale ? (*layer.scale)[c] : 1.0;
        scale /= std::sqrt(static_cast<double>((*layer.variance)[c]) + static_cast<double>(layer.epsilon));
        const double bias = layer.bias ? (*layer.bias)[c] : 0.0;
        compose(fusion, c, scale, bias - scale * static_cast<double>((*layer.mean)[c]));
    }
}

}  // namespace

Fuser::Fuser(const Graph& graph)
    : graph_(graph),
      readers_(graph.readers()),
      is_output_(graph.nodes().size(), false),
      fused_(graph.nodes().size(), false) {
    const GraphOutputs& outputs = graph.outputs();
    for (const NodeId id : {outputs.policy, outputs.pass, outputs.value, outputs.score, outputs.ownership}) {
        is_output_[static_cast<size_t>(id)] = true;
    }
}

NodeId Fuser::only_reader(NodeId id) const {
    if (is_output(id) || readers(id).size() != 1) return -1;
    const NodeId reader = readers(id)[0];
    return is_fused(reader) ? -1 : reader;
}

// Makes `id`, one of whose inputs is the accumulator, part of the sum if it is of that kind and its place is free.
bool Fuser::join_sum(Fusion& fusion, NodeId id, NodeId accumulator) const {
    const Node& node = graph_.node(id);
    if (node.inputs.size() != 2) return false;
    const NodeId other = node.inputs[0] == accumulator ? node.inputs[1] : node.inputs[0];
    if (std::holds_alternative<Multiply>(node.layer)) {
        if (fusion.multiplier != -1 || fusion.vector != -1 || fusion.residual != -1) return false;
        fusion.multiplier = other;
        return true;
    }
    if (std::holds_alternative<AddBroadcast>(node.layer)) {
        if (fusion.vector != -1 || node.inputs[0] != accumulator) return false;
        fusion.vector = other;
        return true;
    }
    if (std::holds_alternative<Add>(node.layer)) {
        if (fusion.residual != -1) return false;
        fusion.residual = other;
        return true;
    }
    return false;
}

// Adds a bias, batch norm or activation to the second stage; false if the node is none of these.
bool Fuser::join_affine(Fusion& fusion, NodeId id) const {
    const Node& node = graph_.node(id);
    if (!is_affine_or_activation(node.layer)) return false;
    if (fusion.scale.empty()) {
        fusion.scale.assign(static_cast<size_t>(node.type.channels), 1.0f);
        fusion.shift.assign(static_cast<size_t>(node.type.channels), 0.0f);
    }
    if (const auto* bias = std::get_if<Bias>(&node.layer)) {
        for (size_t c = 0; c < fusion.scale.size(); ++c) compose(fusion, c, 1, (*bias->bias)[c]);
    } else if (const auto* norm = std::get_if<BatchNorm>(&node.layer)) {
        compose(fusion, *norm);
    } else {
        fusion.kind = std::get<Activation>(node.layer).kind;
    }
    fusion.activated = id;
    return true;
}

void Fuser::finish_affine(Fusion& fusion, NodeId id) {
    ENSURE(join_affine(fusion, id));
    fused_[static_cast<size_t>(id)] = true;
    while (!std::holds_alternative<Activation>(graph_.node(id).layer)) {
        id = only_reader(id);
        if (id == -1 || !join_affine(fusion, id)) return;
        fused_[static_cast<size_t>(id)] = true;
    }
}

void Fuser::finish_sums(Fusion& fusion, NodeId id) {
    for (NodeId next = only_reader(id); next != -1 && join_sum(fusion, next, id); next = only_reader(id)) {
        fused_[static_cast<size_t>(next)] = true;
        id = next;
    }
    fusion.last_sum = id;
    for (const NodeId reader : readers(id)) {
        if (!is_affine_or_activation(graph_.node(reader).layer)) continue;
        finish_affine(fusion, reader);
        break;
    }
    if (fusion.activated == -1 || readers(id).size() > 1 || is_output(id)) fusion.raw = id;
}

Fusion Fuser::after_product(NodeId id) {
    Fusion fusion;
    finish_sums(fusion, id);
    return fusion;
}

Fusion Fuser::from_elementwise(NodeId id) {
    Fusion fusion;
    fused_[static_cast<size_t>(id)] = true;
    if (join_sum(fusion, id, graph_.node(id).inputs[0])) {
        finish_sums(fusion, id);
    } else {
        fusion.last_sum = id;
        finish_affine(fusion, id);
    }
    return fusion;
}

NodeId Fuser::take_activation(NodeId id) {
    const NodeId reader = only_reader(id);
    if (reader == -1 || !std::holds_alternative<Activation>(graph_.node(reader).layer)) return -1;
    fused_[static_cast<size_t>(reader)] = true;
    return reader;
}

}  // namespace katago::cpu
