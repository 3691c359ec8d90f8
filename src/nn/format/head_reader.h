// SPDX-License-Identifier: MIT
#pragma once

#include "nn/format/layer_reader.h"

namespace katago {

// Reads the policy head, then the value head, on the trunk's result, and appends them to the graph. Errors as
// LayerReader throws them. Source: KataGo's network format, policy head and value head.
GraphOutputs read_heads(LayerReader& layers, NodeId trunk);

}  // namespace katago
