// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "backend/backend.h"
#include "backend/vulkan/device/device.h"
#include "backend/vulkan/ops/linear_kernel.h"

namespace katago::vulkan {

// Replaces guesses by measurements: of each shape of product in the network, for a few boards and for many, the kernels
// that look the fastest are tried, some milliseconds each, and 3x3 convolutions by Winograd's transform where the
// device has no matrix unit. Kept in the tuning folder, as long as the device and its driver stay the same. A kernel
// that the driver refuses is told to options.log and not chosen. Throws BackendError where the device fails.
void tune_linear(const std::shared_ptr<const Device>& device, const Graph& graph, bool fp16, const LoadOptions& options,
                 LinearChoices& choices);

}  // namespace katago::vulkan
