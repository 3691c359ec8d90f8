// SPDX-License-Identifier: MIT
#include "backend/vulkan/ops/dispatch.h"

namespace katago::vulkan {

Push RecordContext::push(NodeId result) const {
    Push push;
    push.boards = boards;
    push.height = static_cast<uint32_t>(board.height), push.width = static_cast<uint32_t>(board.width);
    push.out_channels = value(result).stride();
    push.channels = static_cast<uint32_t>(value(result).type.channels);
    if (value(result).is_vector()) push.flags |= kOnVectors;
    return push;
}

}  // namespace katago::vulkan
