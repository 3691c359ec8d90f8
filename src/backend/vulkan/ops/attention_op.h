// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "backend/vulkan/ops/dispatch.h"

namespace katago::vulkan {

struct AttentionOp {
    NodeId q = kNoNode, k = kNoNode, v = kNoNode, out = kNoNode;
    Attention layer;

    std::string_view name() const { return "attention"; }
    // Throws UnsupportedError, naming the node, for heads that are too wide for the device.
    void check(const std::string& node, const Capabilities& capabilities, bool fp16) const;
    // Cosine and sine of each pair's angle, [points, kv_heads, qk_channels / 2, 2]; empty without rotation.
    std::vector<float> table(BoardShape board) const;
    std::vector<Dispatch> dispatches(const RecordContext& context) const;
};

}  // namespace katago::vulkan
