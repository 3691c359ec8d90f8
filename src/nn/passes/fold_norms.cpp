// SPDX-License-Identifier: MIT
#include "nn/passes/fold_norms.h"

#include <cmath>

namespace katago {

namespace {

// Applies y * scale + shift to the result of one channel.
void compose(ChannelAffine& affine, size_t channel, double scale, double shift) {
    affine.scale[channel] = static_cast<float>(affine.scale[channel] * scale);
    affine.shift[channel] = static_cast<float>(affine.shift[channel] * scale + shift);
}

}  // namespace

ChannelAffine identity_affine(int channels) {
    const auto count = static_cast<size_t>(channels);
    return {std::vector<float>(count, 1.0f), std::vector<float>(count, 0.0f)};
}

void fold(ChannelAffine& affine, const Bias& layer) {
    for (size_t c = 0; c < affine.scale.size(); ++c) compose(affine, c, 1, (*layer.bias)[c]);
}

void fold(ChannelAffine& affine, const BatchNorm& layer) {
    for (size_t c = 0; c < affine.scale.size(); ++c) {
        double scale = layer.scale ? (*layer.scale)[c] : 1.0;
        scale /= std::sqrt(static_cast<double>((*layer.variance)[c]) + static_cast<double>(layer.epsilon));
        const double bias = layer.bias ? (*layer.bias)[c] : 0.0;
        compose(affine, c, scale, bias - scale * static_cast<double>((*layer.mean)[c]));
    }
}

}  // namespace katago
