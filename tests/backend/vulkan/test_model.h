// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "backend/vulkan/vulkan_model.h"

namespace test_vulkan {

using namespace katago;

// A network on a device, by the kernels that are guessed to be fast.
inline std::shared_ptr<const vulkan::VulkanModel> model_of(const std::shared_ptr<const vulkan::Device>& device,
                                                           const Graph& graph, bool fp16 = false) {
    return std::make_shared<const vulkan::VulkanModel>(device, graph, fp16,
                                                       vulkan::LinearChoices(device->physical(), fp16));
}

}  // namespace test_vulkan
