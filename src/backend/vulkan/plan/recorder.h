// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <vector>

#include "backend/vulkan/ops/dispatch.h"

namespace katago::vulkan {

// Writes dispatches into a command list, with a barrier before each that depends on one since the last barrier, so that
// independent ones run side by side. One thread at a time.
class Recorder {
  public:
    Recorder(std::shared_ptr<const Device> device, DescriptorSets& sets, CommandList& commands)
        : device_(std::move(device)), sets_(sets), commands_(commands) {}

    void add(Dispatch dispatch);

  private:
    bool depends(const std::vector<Operand>& operands) const;

    std::shared_ptr<const Device> device_;
    DescriptorSets& sets_;
    CommandList& commands_;
    std::vector<BufferRange> read_, written_;  // since the last barrier
};

}  // namespace katago::vulkan
