// SPDX-License-Identifier: MIT
#pragma once

#include "backend/backend.h"
#include "backend/vulkan/device/instance.h"

namespace katago::vulkan {

// The number of boards, a power of two, at which a device's evaluations a second stop growing, of 19x19. Measured, for
// seconds at most, and kept in the tuning folder; without such a folder, without time for it, and on software devices,
// a usual number. `network` tells networks of one shape from others. Throws BackendError.
int best_batch(const PhysicalDevice& device, const LoadedModel& model, const Graph& graph, const LoadOptions& options);

}  // namespace katago::vulkan
