// SPDX-License-Identifier: MIT
#include "backend/vulkan/vulkan_backend.h"

#include <utility>

#include "backend/vulkan/plan/plan.h"
#include "core/error.h"

namespace katago {

namespace {

class VulkanModel final : public LoadedModel {
  public:
    VulkanModel(std::shared_ptr<const vulkan::Device> device, const Graph& graph, bool fp16)
        : device_(std::move(device)), program_(vulkan::lower(graph, device_->capabilities(), fp16)) {
        weights_ = vulkan::Buffer(device_, program_.weights.size(), vulkan::Memory::Device);
        device_->upload(weights_, program_.weights);
        program_.weights = {};
    }

    std::unique_ptr<Plan> compile(BoardShape board, int max_batch) const override {
        return std::make_unique<vulkan::VulkanPlan>(shared_from_this(), device_, program_, weights_, board, max_batch);
    }
    std::string description() const override {
        return std::string(program_.fp16 ? "FP16, sums in FP32" : "FP32") + ", on " + device_->physical().info.name;
    }
    BatchPreference batch_preference() const override {
        constexpr int kUsualBatch = 16;
        return {.best_batch = kUsualBatch};
    }

  private:
    std::shared_ptr<const vulkan::Device> device_;
    vulkan::Program program_;
    vulkan::Buffer weights_;
};

// What there is besides the processor, or why there is nothing.
struct Found {
    std::vector<DeviceInfo> devices;
    std::string fault;
};

Found find_devices() {
    Found found;
    try {
        for (const vulkan::PhysicalDevice& device : vulkan::Instance().devices()) found.devices.push_back(device.info);
        if (found.devices.empty()) found.fault = "vulkan: the driver offers no device that can compute";
    } catch (const BackendError& error) {
        found.fault = error.what();
    }
    return found;
}

// The devices do not change while the engine runs; listing them opens drivers, which takes long.
const Found& found_devices() {
    static const Found found = find_devices();
    return found;
}

}  // namespace

std::string VulkanBackend::description() const {
    const Found& found = found_devices();
    if (found.devices.empty()) return found.fault;
    std::string text;
    for (const DeviceInfo& device : found.devices)
        text += (text.empty() ? "" : "; ") + std::to_string(device.index) + ": " + device.name;
    return text;
}

std::vector<DeviceInfo> VulkanBackend::devices() const {
    return found_devices().devices;
}

std::shared_ptr<const LoadedModel> VulkanBackend::load(const Graph& graph, const LoadOptions& options) const {
    const auto instance = std::make_shared<const vulkan::Instance>();
    const std::vector<vulkan::PhysicalDevice> devices = instance->devices();
    const vulkan::PhysicalDevice& chosen = vulkan::choose_device(devices, options.device);
    const bool wants_fp16 = options.precision != Precision::Fp32;
    if (wants_fp16 && !chosen.capabilities.fp16_storage && options.log)
        options.log(chosen.info.name + " has no 16-bit numbers in memory: computing in FP32");
    const auto device = std::make_shared<const vulkan::Device>(instance, chosen);
    return std::make_shared<const VulkanModel>(device, graph, wants_fp16 && chosen.capabilities.fp16_storage);
}

}  // namespace katago
