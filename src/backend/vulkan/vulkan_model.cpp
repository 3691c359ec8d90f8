// SPDX-License-Identifier: MIT
#include "backend/vulkan/vulkan_model.h"

#include <utility>

#include "backend/vulkan/plan/plan.h"

namespace katago::vulkan {

VulkanModel::VulkanModel(std::shared_ptr<const Device> device, const Graph& graph, bool fp16)
    : device_(std::move(device)),
      program_(lower(graph, device_->capabilities(), fp16, LinearChoices(device_->physical(), fp16))) {
    weights_ = Buffer(device_, program_.weights.size(), Memory::Device);
    device_->upload(weights_, program_.weights);
    program_.weights = {};
}

std::unique_ptr<Plan> VulkanModel::compile(BoardShape board, int max_batch) const {
    return std::make_unique<VulkanPlan>(shared_from_this(), device_, program_, weights_, board, max_batch);
}

std::string VulkanModel::description() const {
    return std::string(program_.fp16 ? "FP16, sums in FP32" : "FP32") + ", on " + device_->physical().info.name;
}

}  // namespace katago::vulkan
