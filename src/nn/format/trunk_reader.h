// SPDX-License-Identifier: MIT
#pragma once

#include "nn/format/layer_reader.h"
#include "nn/format/model_file.h"

namespace katago {

// How many features the network takes.
struct InputChannels {
    int spatial = 0, global = 0;
    int meta = 0;  // 0: none
};

// Reads the trunk from its name to the activation at its end and appends it, with the inputs, to the graph. Sets the
// numbers of blocks and channels in `info`. Errors as LayerReader throws them. Source: KataGo's network format, trunk
// and metadata encoder.
NodeId read_trunk(LayerReader& layers, const InputChannels& inputs, ModelInfo& info);

}  // namespace katago
