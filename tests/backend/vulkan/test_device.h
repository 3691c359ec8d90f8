// SPDX-License-Identifier: MIT
#pragma once

#include <cstdio>
#include <functional>
#include <memory>
#include <vector>

#include "at_end.h"
#include "backend/vulkan/device/device.h"
#include "core/error.h"

namespace test_vulkan {

using namespace katago;

// The first device of this machine, with some of the driver's functions replaced; null, with a message, where there is
// no driver.
inline std::shared_ptr<const vulkan::Device> open_device(
    const std::function<void(vulkan::DeviceFunctions&)>& replace = {}) {
    try {
        const auto instance = std::make_shared<const vulkan::Instance>();
        const std::vector<vulkan::PhysicalDevice> devices = instance->devices();
        return std::make_shared<const vulkan::Device>(instance, vulkan::choose_device(devices, ""), replace);
    } catch (const BackendError& error) {
        std::fprintf(stderr, "SKIPPED: %s (apt install mesa-vulkan-drivers)\n", error.what());
        return nullptr;
    }
}

// The same as it is, opened once for all tests. Drivers have objects that they make when they compile, which would go
// before a static device does.
inline const std::shared_ptr<const vulkan::Device>& shared_device() {
    static std::shared_ptr<const vulkan::Device> device = [] {
        at_end([] { device.reset(); });
        return open_device();
    }();
    return device;
}

}  // namespace test_vulkan
