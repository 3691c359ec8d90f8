// SPDX-License-Identifier: MIT
#pragma once

#include "backend/backend.h"

namespace katago {

// A graphics unit, through whatever Vulkan driver the system has; the library is opened when the first network is
// loaded or devices are asked for. Stateless.
class VulkanBackend final : public Backend {
  public:
    std::string name() const override { return "vulkan"; }
    std::string description() const override;
    std::vector<DeviceInfo> devices() const override;
    using Backend::load;
    std::shared_ptr<const LoadedModel> load(const Graph& graph, const LoadOptions& options) const override;
};

}  // namespace katago
