// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "backend/vulkan/device/instance.h"

namespace katago::vulkan {

// "1.3.204", from Vulkan's packed number.
std::string version_text(uint32_t version);

// What a device is and can do; nullopt where it cannot compute or knows Vulkan 1.0 alone. The index is not filled in.
std::optional<PhysicalDevice> describe_device(const InstanceFunctions& functions, VkPhysicalDevice handle);

}  // namespace katago::vulkan
