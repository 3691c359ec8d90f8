// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <utility>

#include "backend/backend.h"

namespace katago {

// A graphics unit, through whatever Vulkan driver the system has; the library is opened when the first network is
// loaded or devices are asked for. Immutable, thread-safe.
class VulkanBackend final : public Backend {
  public:
    explicit VulkanBackend(std::string library = "libvulkan.so.1") : library_(std::move(library)) {}

    std::string name() const override { return "vulkan"; }
    std::string description() const override;
    std::vector<DeviceInfo> devices() const override;
    using Backend::load;
    std::shared_ptr<const LoadedModel> load(const Graph& graph, const LoadOptions& options) const override;

  private:
    std::string library_;
};

}  // namespace katago
