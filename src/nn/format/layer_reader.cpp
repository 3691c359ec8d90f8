// SPDX-License-Identifier: MIT
#include "nn/format/layer_reader.h"

#include <algorithm>
#include <array>
#include <utility>

#include "nn/weight_checks.h"

namespace katago {

namespace {

constexpr int kFirstVersionWithActivationKinds = 11;

struct ActivationWord {
    const char* word;
    ActivationKind kind;
};
constexpr std::array<ActivationWord, 4> kActivationWords = {{
    {"ACTIVATION_IDENTITY", ActivationKind::Identity},
    {"ACTIVATION_RELU", ActivationKind::Relu},
    {"ACTIVATION_MISH", ActivationKind::Mish},
    {"ACTIVATION_SILU", ActivationKind::Silu},
}};

}  // namespace

void LayerReader::want_channels(const char* what, int found, int wanted) const {
    if (wanted != kAnyChannels && found != wanted)
        tokens_.fail("has " + std::to_string(found) + " " + what + ", must have " + std::to_string(wanted));
}

size_t LayerReader::read_channels() {
    const int count = tokens_.integer("the number of channels");
    check_channels(tokens_.place(), "number of channels", count);
    return static_cast<size_t>(count);
}

Named<Conv2d> LayerReader::read_conv(int out) {
    Named<Conv2d> read{tokens_.name("a convolution's name"), {}};
    Conv2d& conv = read.layer;
    conv.kernel_y = tokens_.integer("the kernel's height");
    conv.kernel_x = tokens_.integer("the kernel's width");
    conv.in_channels = tokens_.integer("the number of input channels");
    conv.out_channels = tokens_.integer("the number of output channels");
    conv.dilation_y = tokens_.integer("the vertical dilation");
    conv.dilation_x = tokens_.integer("the horizontal dilation");
    const size_t count = weight_count(read.name, conv);
    want_channels("output channels", conv.out_channels, out);
    conv.weights = tokens_.weights("weights", count);
    return read;
}

Named<MatMul> LayerReader::read_matmul(int out) {
    Named<MatMul> read{tokens_.name("a matrix's name"), {}};
    MatMul& matmul = read.layer;
    matmul.in_channels = tokens_.integer("the number of input channels");
    matmul.out_channels = tokens_.integer("the number of output channels");
    const size_t count = weight_count(read.name, matmul);
    want_channels("output channels", matmul.out_channels, out);
    matmul.weights = tokens_.weights("weights", count);
    return read;
}

Named<Bias> LayerReader::read_bias() {
    Named<Bias> read{tokens_.name("a bias's name"), {}};
    read.layer.bias = tokens_.weights("biases", read_channels());
    return read;
}

Named<BatchNorm> LayerReader::read_batch_norm() {
    Named<BatchNorm> read{tokens_.name("a norm's name"), {}};
    BatchNorm& norm = read.layer;
    const size_t channels = read_channels();
    norm.epsilon = static_cast<float>(tokens_.real("epsilon"));
    const bool has_scale = tokens_.zero_or_one("whether there is a scale");
    const bool has_bias = tokens_.zero_or_one("whether there is a bias");
    norm.mean = tokens_.weights("means", channels);
    norm.variance = tokens_.weights("variances", channels);
    if (has_scale) norm.scale = tokens_.weights("scales", channels);
    if (has_bias) norm.bias = tokens_.weights("biases", channels);
    return read;
}

Named<Activation> LayerReader::read_activation() {
    Named<Activation> read{tokens_.name("an activation's name"), {ActivationKind::Relu}};
    if (version_ < kFirstVersionWithActivationKinds) return read;
    const std::string& word = tokens_.token("an activation's kind");
    const auto found = std::find_if(kActivationWords.begin(), kActivationWords.end(),
                                    [&](const ActivationWord& row) { return word == row.word; });
    if (found == kActivationWords.end()) tokens_.fail("unknown activation " + tokens_.quoted_token());
    read.layer.kind = found->kind;
    return read;
}

Named<RmsNorm> LayerReader::read_rms_norm() {
    Named<RmsNorm> read{tokens_.name("a norm's name"), {}};
    const size_t channels = read_channels();
    read.layer.epsilon = static_cast<float>(tokens_.real("epsilon"));
    read.layer.gamma = tokens_.weights("weights", channels);
    return read;
}

Named<RmsNorm> LayerReader::read_tip_rms_norm() {
    Named<RmsNorm> read{tokens_.name("a norm's name"), {}};
    const size_t channels = read_channels();
    read.layer.epsilon = static_cast<float>(tokens_.real("epsilon"));
    read.layer.over_board = tokens_.flag("whether the norm is over the board");
    if (const int group = tokens_.integer("the size of channel groups"); group != 0)
        tokens_.fail("has channel groups of " + std::to_string(group) + ", must be 0");
    read.layer.gamma = tokens_.weights("gammas", channels);
    read.layer.beta = tokens_.weights("betas", channels);
    return read;
}

NodeId LayerReader::conv(const std::string& block, NodeId input, int out) {
    return append(block, read_conv(out), {input});
}

NodeId LayerReader::matmul(const std::string& block, NodeId input, int out) {
    return append(block, read_matmul(out), {input});
}

NodeId LayerReader::bias(const std::string& block, NodeId input) {
    return append(block, read_bias(), {input});
}

NodeId LayerReader::batch_norm(const std::string& block, NodeId input) {
    return append(block, read_batch_norm(), {input});
}

NodeId LayerReader::activation(const std::string& block, NodeId input) {
    return append(block, read_activation(), {input});
}

NodeId LayerReader::norm_activation(const std::string& block, NodeId input) {
    const NodeId normed = batch_norm(block, input);
    return activation(block, normed);
}

NodeId LayerReader::append_implied(const std::string& block, const std::string& what, Layer layer,
                                   std::vector<NodeId> inputs) {
    return graph_.add(unique_name(block, block + "." + what), std::move(layer), std::move(inputs));
}

std::string LayerReader::unique_name(const std::string& block, const std::string& own) {
    if (names_.emplace(own, 1).second) return own;
    std::string qualified = block + "/" + own;
    for (int& asked = names_[qualified];;) {
        asked++;
        if (asked == 1) return qualified;
        std::string numbered = qualified + "#" + std::to_string(asked);
        if (names_.emplace(numbered, 1).second) return numbered;
    }
}

}  // namespace katago
