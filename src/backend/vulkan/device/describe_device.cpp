// SPDX-License-Identifier: MIT
#include "backend/vulkan/device/describe_device.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace katago::vulkan {

namespace {

// A chain of structures that the driver fills in, in any order.
template <class Head, class... Parts>
void link(Head& head, Parts&... parts) {
    void** next = &head.pNext;
    ((*next = &parts, next = &parts.pNext), ...);
}

std::vector<std::string> extensions_of(const InstanceFunctions& functions, VkPhysicalDevice handle) {
    uint32_t count = 0;
    check(functions.enumerate_device_extensions(handle, nullptr, &count, nullptr), "counting a device's extensions");
    std::vector<VkExtensionProperties> properties(count);
    check(functions.enumerate_device_extensions(handle, nullptr, &count, properties.data()), "listing them");
    std::vector<std::string> names;
    for (const VkExtensionProperties& property : properties) names.emplace_back(property.extensionName);
    return names;
}

std::vector<MatrixTile> matrix_tiles(const InstanceFunctions& functions, VkPhysicalDevice handle) {
    if (functions.get_cooperative_matrices == nullptr) return {};
    uint32_t count = 0;
    check(functions.get_cooperative_matrices(handle, &count, nullptr), "counting matrix shapes");
    VkCooperativeMatrixPropertiesKHR empty{};
    empty.sType = VK_STRUCTURE_TYPE_COOPERATIVE_MATRIX_PROPERTIES_KHR;
    std::vector<VkCooperativeMatrixPropertiesKHR> shapes(count, empty);
    check(functions.get_cooperative_matrices(handle, &count, shapes.data()), "listing matrix shapes");
    std::vector<MatrixTile> tiles;
    for (const VkCooperativeMatrixPropertiesKHR& shape : shapes) {
        const bool fits = shape.scope == VK_SCOPE_SUBGROUP_KHR && shape.AType == VK_COMPONENT_TYPE_FLOAT16_KHR &&
                          shape.BType == VK_COMPONENT_TYPE_FLOAT16_KHR &&
                          shape.CType == VK_COMPONENT_TYPE_FLOAT32_KHR &&
                          shape.ResultType == VK_COMPONENT_TYPE_FLOAT32_KHR;
        const MatrixTile tile{shape.MSize, shape.NSize, shape.KSize};
        if (fits && std::find(tiles.begin(), tiles.end(), tile) == tiles.end()) tiles.push_back(tile);
    }
    return tiles;
}

struct Features {
    VkPhysicalDeviceFeatures2 head{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2, nullptr, {}};
    VkPhysicalDevice16BitStorageFeatures storage{};
    VkPhysicalDeviceShaderFloat16Int8Features arithmetic{};
    VkPhysicalDeviceVulkanMemoryModelFeatures memory_model{};
    VkPhysicalDeviceCooperativeMatrixFeaturesKHR matrices{};
    VkPhysicalDeviceSubgroupSizeControlFeaturesEXT subgroup_sizes{};

    Features() {
        storage.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_16BIT_STORAGE_FEATURES;
        arithmetic.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_FLOAT16_INT8_FEATURES;
        memory_model.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_MEMORY_MODEL_FEATURES;
        matrices.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_FEATURES_KHR;
        subgroup_sizes.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_FEATURES_EXT;
        link(head, storage, arithmetic, memory_model, matrices, subgroup_sizes);
    }
};

struct Properties {
    VkPhysicalDeviceProperties2 head{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, nullptr, {}};
    VkPhysicalDeviceSubgroupProperties subgroup{};
    VkPhysicalDeviceSubgroupSizeControlPropertiesEXT subgroup_sizes{};
    VkPhysicalDeviceDriverProperties driver{};

    Properties() {
        subgroup.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_PROPERTIES;
        subgroup_sizes.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_PROPERTIES_EXT;
        driver.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DRIVER_PROPERTIES;
        link(head, subgroup, subgroup_sizes, driver);
    }
};

Capabilities capabilities_of(const Properties& properties, const Features& features) {
    const VkPhysicalDeviceLimits& limits = properties.head.properties.limits;
    Capabilities found;
    found.fp16_storage = features.storage.storageBuffer16BitAccess == VK_TRUE;
    found.fp16_arithmetic = found.fp16_storage && features.arithmetic.shaderFloat16 == VK_TRUE;
    found.subgroup_size = std::max(1u, properties.subgroup.subgroupSize);
    found.least_subgroup_size = found.most_subgroup_size = found.subgroup_size;
    if (features.subgroup_sizes.subgroupSizeControl == VK_TRUE &&
        (properties.subgroup_sizes.requiredSubgroupSizeStages & VK_SHADER_STAGE_COMPUTE_BIT) != 0) {
        found.least_subgroup_size = properties.subgroup_sizes.minSubgroupSize;
        found.most_subgroup_size = properties.subgroup_sizes.maxSubgroupSize;
    }
    found.full_subgroups = features.subgroup_sizes.computeFullSubgroups == VK_TRUE;
    found.shared_memory_bytes = limits.maxComputeSharedMemorySize;
    found.workgroup_invocations = limits.maxComputeWorkGroupInvocations;
    found.buffer_alignment = static_cast<uint32_t>(limits.minStorageBufferOffsetAlignment);
    found.largest_range_bytes = limits.maxStorageBufferRange;
    if (limits.timestampComputeAndGraphics == VK_TRUE) found.timestamp_ns = double{limits.timestampPeriod};
    return found;
}

std::optional<uint32_t> compute_queue_family(const InstanceFunctions& functions, VkPhysicalDevice handle) {
    uint32_t count = 0;
    functions.get_queue_families(handle, &count, nullptr);
    std::vector<VkQueueFamilyProperties> families(count);
    functions.get_queue_families(handle, &count, families.data());
    for (uint32_t i = 0; i < count; ++i)
        if ((families[i].queueFlags & VK_QUEUE_COMPUTE_BIT) != 0) return i;
    return std::nullopt;
}

DeviceInfo info_of(const Properties& properties, const Capabilities& capabilities) {
    const VkPhysicalDeviceProperties& device = properties.head.properties;
    DeviceInfo info;
    info.name = device.deviceName;
    const std::string driver = std::string(properties.driver.driverName) + " " + properties.driver.driverInfo;
    std::string numbers = capabilities.fp16_arithmetic ? "FP16 arithmetic"
                          : capabilities.fp16_storage  ? "FP16 storage"
                                                       : "FP32 only";
    for (const MatrixTile& tile : capabilities.matrix_tiles)
        numbers +=
            ", matrices of " + std::to_string(tile.m) + "x" + std::to_string(tile.n) + "x" + std::to_string(tile.k);
    info.details = driver + ", Vulkan " + version_text(device.apiVersion) + ", " + numbers;
    info.identity = info.name + " | " + driver + " | " + std::to_string(device.driverVersion);
    // V3D, of the Raspberry Pi 4 and 5, has neither FP16 arithmetic nor the memory to keep up with the processor.
    info.never_by_auto = device.deviceType == VK_PHYSICAL_DEVICE_TYPE_CPU ||
                         std::strncmp(device.deviceName, "V3D", std::strlen("V3D")) == 0;
    return info;
}

}  // namespace

std::string version_text(uint32_t version) {
    return std::to_string(VK_API_VERSION_MAJOR(version)) + "." + std::to_string(VK_API_VERSION_MINOR(version)) + "." +
           std::to_string(VK_API_VERSION_PATCH(version));
}

std::optional<PhysicalDevice> describe_device(const InstanceFunctions& functions, VkPhysicalDevice handle) {
    Properties properties;
    functions.get_properties(handle, &properties.head);
    if (properties.head.properties.apiVersion < VK_API_VERSION_1_1) return std::nullopt;
    const std::optional<uint32_t> family = compute_queue_family(functions, handle);
    if (!family) return std::nullopt;
    Features features;
    functions.get_features(handle, &features.head);

    PhysicalDevice device;
    device.handle = handle;
    device.queue_family = *family;
    device.extensions = extensions_of(functions, handle);
    device.is_software = properties.head.properties.deviceType == VK_PHYSICAL_DEVICE_TYPE_CPU;
    device.is_discrete = properties.head.properties.deviceType == VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU;
    device.capabilities = capabilities_of(properties, features);
    if (features.matrices.cooperativeMatrix == VK_TRUE && features.memory_model.vulkanMemoryModel == VK_TRUE &&
        device.capabilities.fp16_arithmetic)
        device.capabilities.matrix_tiles = matrix_tiles(functions, handle);
    device.info = info_of(properties, device.capabilities);
    return device;
}

}  // namespace katago::vulkan
