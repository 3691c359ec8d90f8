// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "nn/layers.h"

namespace katago {

// The affine function x * scale + shift, per channel, that a chain of biases and batch norms comes to. Empty: x.
struct ChannelAffine {
    std::vector<float> scale, shift;
};

// The affine function of `channels` channels that changes nothing, written out.
ChannelAffine identity_affine(int channels);

// Composes a layer with the affine function before it. Each layer is composed in double precision and stored as floats,
// so that all backends compute with the same numbers. Source: the formula of BatchNorm in layers.h.
void fold(ChannelAffine& affine, const Bias& layer);
void fold(ChannelAffine& affine, const BatchNorm& layer);

}  // namespace katago
