// SPDX-License-Identifier: MIT
#pragma once

namespace katago {

// What a network's version says of its inputs and outputs. Source: KataGo's network format.
constexpr int kOldestVersion = 3;
constexpr int kNewestVersion = 17;
constexpr int kMetaChannels = 192;  // of networks with a metadata encoder

struct InputVersion {
    int first_model_version;
    int input_version;
    int spatial_channels, global_channels;
};
const InputVersion& input_version_of(int model_version);

int score_channels_of(int model_version);

}  // namespace katago
