// SPDX-License-Identifier: MIT
#pragma once

#include "backend/vulkan/device/instance.h"

namespace katago::vulkan {

// Opens a device with one queue and the features that its capabilities name. Throws BackendError.
VkDevice open_device(const InstanceFunctions& functions, const PhysicalDevice& physical);

}  // namespace katago::vulkan
