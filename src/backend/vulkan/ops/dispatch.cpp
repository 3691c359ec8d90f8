// SPDX-License-Identifier: MIT
#include "backend/vulkan/ops/dispatch.h"

#include <algorithm>

namespace katago::vulkan {

std::array<uint32_t, 3> flat_groups(uint64_t count) {
    constexpr uint64_t kMostAlongX = 32768;
    const uint64_t x = std::clamp<uint64_t>(count, 1, kMostAlongX);
    return {static_cast<uint32_t>(x), static_cast<uint32_t>(std::max<uint64_t>(1, (count + x - 1) / x)), 1};
}

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
