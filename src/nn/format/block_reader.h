// SPDX-License-Identifier: MIT
#pragma once

#include "nn/format/layer_reader.h"

namespace katago {

// Reads `count` blocks of the trunk, or of a nested block, and appends them to the graph. `stack` is the tensor that
// the blocks add to; returns it after the last. Nested blocks may hold blocks, to a depth that no network comes near.
// Errors as LayerReader throws them. Source: KataGo's network format, blocks.
NodeId read_blocks(LayerReader& layers, NodeId stack, int count);

}  // namespace katago
