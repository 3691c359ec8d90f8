// SPDX-License-Identifier: MIT
#pragma once

#include "backend/backend.h"
#include "backend/vulkan/device/device.h"
#include "backend/vulkan/program/program.h"

namespace katago::vulkan {

// A network's weights on a device. Immutable, thread-safe.
class VulkanModel final : public LoadedModel {
  public:
    // Throws UnsupportedError, BackendError.
    VulkanModel(std::shared_ptr<const Device> device, const Graph& graph, bool fp16, LinearChoices linear);

    std::unique_ptr<Plan> compile(BoardShape board, int max_batch) const override;
    std::string description() const override;
    BatchPreference batch_preference() const override { return {.best_batch = best_batch_}; }
    // As it was measured; before anybody asks.
    void set_best_batch(int boards) { best_batch_ = boards; }

  private:
    std::shared_ptr<const Device> device_;
    Program program_;
    Buffer weights_;
    int best_batch_ = 1;
};

}  // namespace katago::vulkan
