// SPDX-License-Identifier: MIT
#include "backend/vulkan/test_device.h"

#include <cstdio>

#include "core/error.h"

using namespace katago;

namespace {

std::shared_ptr<const vulkan::Device> open_test_device() {
    try {
        const auto instance = std::make_shared<const vulkan::Instance>();
        const std::vector<vulkan::PhysicalDevice> devices = instance->devices();
        return std::make_shared<const vulkan::Device>(instance, vulkan::choose_device(devices, ""));
    } catch (const BackendError& error) {
        std::fprintf(stderr, "SKIPPED: no Vulkan device: %s\n", error.what());
        return nullptr;
    }
}

}  // namespace

std::shared_ptr<const vulkan::Device> test_device() {
    static const std::shared_ptr<const vulkan::Device> device = open_test_device();
    return device;
}
