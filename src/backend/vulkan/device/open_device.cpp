// SPDX-License-Identifier: MIT
#include "backend/vulkan/device/open_device.h"

#include <algorithm>
#include <vector>

namespace katago::vulkan {

namespace {

// The features and extensions that kernels use, as one chain. Extensions that later versions of Vulkan took in are
// asked for all the same where the device lists them.
struct WantedFeatures {
    VkPhysicalDeviceFeatures2 head{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2, nullptr, {}};
    VkPhysicalDevice16BitStorageFeatures storage{};
    VkPhysicalDeviceShaderFloat16Int8Features arithmetic{};
    VkPhysicalDeviceVulkanMemoryModelFeatures memory_model{};
    VkPhysicalDeviceCooperativeMatrixFeaturesKHR matrices{};
    VkPhysicalDeviceSubgroupSizeControlFeaturesEXT subgroup_sizes{};
    std::vector<const char*> extensions;

    explicit WantedFeatures(const PhysicalDevice& physical) : physical_(physical) {
        const Capabilities& can = physical.capabilities;
        storage.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_16BIT_STORAGE_FEATURES;
        storage.storageBuffer16BitAccess = can.fp16_storage ? VK_TRUE : VK_FALSE;
        add(storage, can.fp16_storage, nullptr);
        arithmetic.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_FLOAT16_INT8_FEATURES;
        arithmetic.shaderFloat16 = VK_TRUE;
        add(arithmetic, can.fp16_arithmetic, VK_KHR_SHADER_FLOAT16_INT8_EXTENSION_NAME);
        memory_model.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_MEMORY_MODEL_FEATURES;
        memory_model.vulkanMemoryModel = VK_TRUE;
        add(memory_model, !can.matrix_tiles.empty(), VK_KHR_VULKAN_MEMORY_MODEL_EXTENSION_NAME);
        matrices.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_FEATURES_KHR;
        matrices.cooperativeMatrix = VK_TRUE;
        add(matrices, !can.matrix_tiles.empty(), VK_KHR_COOPERATIVE_MATRIX_EXTENSION_NAME);
        subgroup_sizes.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_FEATURES_EXT;
        const bool has_sizes = can.least_subgroup_size != can.most_subgroup_size;
        subgroup_sizes.subgroupSizeControl = has_sizes ? VK_TRUE : VK_FALSE;
        subgroup_sizes.computeFullSubgroups = can.full_subgroups ? VK_TRUE : VK_FALSE;
        add(subgroup_sizes, has_sizes || can.full_subgroups, VK_EXT_SUBGROUP_SIZE_CONTROL_EXTENSION_NAME);
    }

  private:
    template <class Part>
    void add(Part& part, bool wanted, const char* extension) {
        if (!wanted) return;
        *next_ = &part;
        next_ = &part.pNext;
        const auto& listed = physical_.extensions;
        if (extension != nullptr && std::find(listed.begin(), listed.end(), extension) != listed.end())
            extensions.push_back(extension);
    }

    const PhysicalDevice& physical_;
    void** next_ = &head.pNext;
};

}  // namespace

VkDevice open_device(const InstanceFunctions& functions, const PhysicalDevice& physical) {
    const WantedFeatures wanted(physical);
    const float priority = 1;
    VkDeviceQueueCreateInfo queue{};
    queue.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO;
    queue.queueFamilyIndex = physical.queue_family;
    queue.queueCount = 1;
    queue.pQueuePriorities = &priority;
    VkDeviceCreateInfo info{};
    info.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO;
    info.pNext = &wanted.head;
    info.queueCreateInfoCount = 1;
    info.pQueueCreateInfos = &queue;
    info.enabledExtensionCount = static_cast<uint32_t>(wanted.extensions.size());
    info.ppEnabledExtensionNames = wanted.extensions.data();
    VkDevice device = nullptr;
    check(functions.create_device(physical.handle, &info, nullptr, &device), "opening " + physical.info.name);
    return device;
}

}  // namespace katago::vulkan
