// SPDX-License-Identifier: MIT
#include "backend/vulkan/vulkan_backend.h"

#include <utility>

#include "backend/vulkan/device/device.h"
#include "backend/vulkan/tune/best_batch.h"
#include "backend/vulkan/tune/linear_tuning.h"
#include "backend/vulkan/vulkan_model.h"
#include "core/error.h"

namespace katago {

namespace {

// What there is besides the processor, or why there is nothing.
struct Found {
    std::vector<DeviceInfo> devices;
    std::string fault;
};

Found find_devices(const std::string& library) {
    Found found;
    try {
        for (const vulkan::PhysicalDevice& device : vulkan::Instance(library).devices())
            found.devices.push_back(device.info);
        if (found.devices.empty()) found.fault = "vulkan: the driver offers no device that can compute";
    } catch (const BackendError& error) {
        found.fault = error.what();
    }
    return found;
}

}  // namespace

std::string VulkanBackend::description() const {
    const Found found = find_devices(library_);
    if (found.devices.empty()) return found.fault;
    std::string text;
    for (const DeviceInfo& device : found.devices)
        text += (text.empty() ? "" : "; ") + std::to_string(device.index) + ": " + device.name;
    return text;
}

std::vector<DeviceInfo> VulkanBackend::devices() const {
    return find_devices(library_).devices;
}

std::shared_ptr<const LoadedModel> VulkanBackend::load(const Graph& graph, const LoadOptions& options) const {
    const auto instance = std::make_shared<const vulkan::Instance>(library_);
    const std::vector<vulkan::PhysicalDevice> devices = instance->devices();
    const vulkan::PhysicalDevice& chosen = vulkan::choose_device(devices, options.device);
    const bool wants_fp16 = options.precision != Precision::Fp32;
    if (wants_fp16 && !chosen.capabilities.fp16_storage && options.log)
        options.log(chosen.info.name + " has no 16-bit numbers in memory: computing in FP32");
    const auto device = std::make_shared<const vulkan::Device>(instance, chosen);
    const bool fp16 = wants_fp16 && chosen.capabilities.fp16_storage;
    vulkan::LinearChoices linear(chosen, fp16);
    if (!chosen.is_software && !options.tuning_folder.empty())
        vulkan::tune_linear(device, graph, fp16, options, linear);
    const auto model = std::make_shared<vulkan::VulkanModel>(device, graph, fp16, std::move(linear));
    model->set_best_batch(vulkan::best_batch(chosen, *model, graph, options));
    return model;
}

}  // namespace katago
