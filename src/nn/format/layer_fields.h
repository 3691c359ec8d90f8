// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "nn/layers.h"

namespace katago {

// What every layer is made of, said once for reading and for writing: each overload shows the layer's members, by
// name, to an `Archive`, which has
//   void value(name, member)                        an int, float or bool
//   void choice(name, member, names)                an enum, by the names of its values
//   void weights(name, Weights&)                    null where there are none
//   void linear_weights(name, LinearWeights&, shape)   of the dimensions known by then
// LayerName gives the name by which files call the layer.

struct LayerName {
    std::string_view operator()(const InputSpatial&) const { return "input_spatial"; }
    std::string_view operator()(const InputGlobal&) const { return "input_global"; }
    std::string_view operator()(const InputMeta&) const { return "input_meta"; }
    std::string_view operator()(const Conv2d&) const { return "conv2d"; }
    std::string_view operator()(const MatMul&) const { return "matmul"; }
    std::string_view operator()(const Bias&) const { return "bias"; }
    std::string_view operator()(const BatchNorm&) const { return "batch_norm"; }
    std::string_view operator()(const RmsNorm&) const { return "rms_norm"; }
    std::string_view operator()(const Activation&) const { return "activation"; }
    std::string_view operator()(const GlobalPool&) const { return "global_pool"; }
    std::string_view operator()(const Add&) const { return "add"; }
    std::string_view operator()(const Multiply&) const { return "multiply"; }
    std::string_view operator()(const AddBroadcast&) const { return "add_broadcast"; }
    std::string_view operator()(const Attention&) const { return "attention"; }
};

// Names of enum values in files, in the order of the values.
constexpr std::string_view kActivationNames[] = {"identity", "relu", "mish", "silu"};
constexpr std::string_view kPoolNames[] = {"max", "value"};

template <class Archive>
void visit_fields(Archive& archive, InputSpatial& layer) {
    archive.value("channels", layer.channels);
}
template <class Archive>
void visit_fields(Archive& archive, InputGlobal& layer) {
    archive.value("channels", layer.channels);
}
template <class Archive>
void visit_fields(Archive& archive, InputMeta& layer) {
    archive.value("channels", layer.channels);
}
template <class Archive>
void visit_fields(Archive& archive, Conv2d& layer) {
    archive.value("kernel_y", layer.kernel_y);
    archive.value("kernel_x", layer.kernel_x);
    archive.value("in", layer.in_channels);
    archive.value("out", layer.out_channels);
    archive.value("dilation_y", layer.dilation_y);
    archive.value("dilation_x", layer.dilation_x);
    archive.linear_weights("weights", layer.weights,
                           {layer.kernel_y, layer.kernel_x, layer.in_channels, layer.out_channels});
}
template <class Archive>
void visit_fields(Archive& archive, MatMul& layer) {
    archive.value("in", layer.in_channels);
    archive.value("out", layer.out_channels);
    archive.linear_weights("weights", layer.weights, {layer.in_channels, layer.out_channels});
}
template <class Archive>
void visit_fields(Archive& archive, Bias& layer) {
    archive.weights("bias", layer.bias);
}
template <class Archive>
void visit_fields(Archive& archive, BatchNorm& layer) {
    archive.value("epsilon", layer.epsilon);
    archive.weights("mean", layer.mean);
    archive.weights("variance", layer.variance);
    archive.weights("scale", layer.scale);
    archive.weights("bias", layer.bias);
}
template <class Archive>
void visit_fields(Archive& archive, RmsNorm& layer) {
    archive.value("epsilon", layer.epsilon);
    archive.value("over_board", layer.over_board);
    archive.weights("gamma", layer.gamma);
    archive.weights("beta", layer.beta);
}
template <class Archive>
void visit_fields(Archive& archive, Activation& layer) {
    archive.choice("kind", layer.kind, kActivationNames);
}
template <class Archive>
void visit_fields(Archive& archive, GlobalPool& layer) {
    archive.choice("kind", layer.kind, kPoolNames);
}
template <class Archive>
void visit_fields(Archive&, Add&) {}
template <class Archive>
void visit_fields(Archive&, Multiply&) {}
template <class Archive>
void visit_fields(Archive&, AddBroadcast&) {}
template <class Archive>
void visit_fields(Archive& archive, Attention& layer) {
    archive.value("heads", layer.heads);
    archive.value("kv_heads", layer.kv_heads);
    archive.value("qk_channels", layer.qk_channels);
    archive.value("v_channels", layer.v_channels);
    archive.weights("frequencies", layer.rope.frequencies);
    archive.value("learned", layer.rope.learned);
}

}  // namespace katago
