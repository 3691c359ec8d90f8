// SPDX-License-Identifier: MIT
#include "backend/vulkan/device/functions.h"

#include <type_traits>

#include "core/error.h"

namespace katago::vulkan {

InstanceFunctions find_instance_functions(VkInstance instance, PFN_vkGetInstanceProcAddr find) {
    InstanceFunctions functions;
    const auto find_optional = [&](auto& function, const char* name) {
        function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(find(instance, name));
    };
    const auto find_one = [&](auto& function, const char* name) {
        find_optional(function, name);
        if (function == nullptr) throw BackendError("vulkan: the library has no function " + std::string(name));
    };
    find_one(functions.destroy_instance, "vkDestroyInstance");
    find_one(functions.enumerate_physical_devices, "vkEnumeratePhysicalDevices");
    find_one(functions.enumerate_device_extensions, "vkEnumerateDeviceExtensionProperties");
    find_one(functions.get_properties, "vkGetPhysicalDeviceProperties2");
    find_one(functions.get_features, "vkGetPhysicalDeviceFeatures2");
    find_one(functions.get_memory_properties, "vkGetPhysicalDeviceMemoryProperties");
    find_one(functions.get_queue_families, "vkGetPhysicalDeviceQueueFamilyProperties");
    find_optional(functions.get_cooperative_matrices, "vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR");
    find_one(functions.create_device, "vkCreateDevice");
    find_one(functions.get_device_proc_addr, "vkGetDeviceProcAddr");
    return functions;
}

DeviceFunctions find_device_functions(VkDevice device, PFN_vkGetDeviceProcAddr find) {
    DeviceFunctions functions;
    const auto find_one = [&](auto& function, const char* name) {
        function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(find(device, name));
        if (function == nullptr) throw BackendError("vulkan: the driver has no function " + std::string(name));
    };
    find_one(functions.destroy_device, "vkDestroyDevice");
    find_one(functions.get_queue, "vkGetDeviceQueue");
    find_one(functions.wait_idle, "vkDeviceWaitIdle");
    find_one(functions.allocate_memory, "vkAllocateMemory");
    find_one(functions.free_memory, "vkFreeMemory");
    find_one(functions.map_memory, "vkMapMemory");
    find_one(functions.create_buffer, "vkCreateBuffer");
    find_one(functions.destroy_buffer, "vkDestroyBuffer");
    find_one(functions.get_buffer_requirements, "vkGetBufferMemoryRequirements");
    find_one(functions.bind_buffer_memory, "vkBindBufferMemory");
    find_one(functions.create_shader, "vkCreateShaderModule");
    find_one(functions.destroy_shader, "vkDestroyShaderModule");
    find_one(functions.create_pipeline_layout, "vkCreatePipelineLayout");
    find_one(functions.destroy_pipeline_layout, "vkDestroyPipelineLayout");
    find_one(functions.create_pipelines, "vkCreateComputePipelines");
    find_one(functions.destroy_pipeline, "vkDestroyPipeline");
    find_one(functions.create_set_layout, "vkCreateDescriptorSetLayout");
    find_one(functions.destroy_set_layout, "vkDestroyDescriptorSetLayout");
    find_one(functions.create_descriptor_pool, "vkCreateDescriptorPool");
    find_one(functions.destroy_descriptor_pool, "vkDestroyDescriptorPool");
    find_one(functions.allocate_sets, "vkAllocateDescriptorSets");
    find_one(functions.update_sets, "vkUpdateDescriptorSets");
    find_one(functions.create_command_pool, "vkCreateCommandPool");
    find_one(functions.destroy_command_pool, "vkDestroyCommandPool");
    find_one(functions.allocate_commands, "vkAllocateCommandBuffers");
    find_one(functions.begin, "vkBeginCommandBuffer");
    find_one(functions.end, "vkEndCommandBuffer");
    find_one(functions.bind_pipeline, "vkCmdBindPipeline");
    find_one(functions.bind_sets, "vkCmdBindDescriptorSets");
    find_one(functions.push_constants, "vkCmdPushConstants");
    find_one(functions.dispatch, "vkCmdDispatch");
    find_one(functions.barrier, "vkCmdPipelineBarrier");
    find_one(functions.copy_buffer, "vkCmdCopyBuffer");
    find_one(functions.reset_queries, "vkCmdResetQueryPool");
    find_one(functions.write_timestamp, "vkCmdWriteTimestamp");
    find_one(functions.create_query_pool, "vkCreateQueryPool");
    find_one(functions.destroy_query_pool, "vkDestroyQueryPool");
    find_one(functions.get_query_results, "vkGetQueryPoolResults");
    find_one(functions.create_fence, "vkCreateFence");
    find_one(functions.destroy_fence, "vkDestroyFence");
    find_one(functions.reset_fences, "vkResetFences");
    find_one(functions.wait_for_fences, "vkWaitForFences");
    find_one(functions.submit, "vkQueueSubmit");
    return functions;
}

std::string name_of(VkResult result) {
    switch (result) {
        case VK_SUCCESS:
            return "VK_SUCCESS";
        case VK_NOT_READY:
            return "VK_NOT_READY";
        case VK_TIMEOUT:
            return "VK_TIMEOUT";
        case VK_INCOMPLETE:
            return "VK_INCOMPLETE";
        case VK_ERROR_OUT_OF_HOST_MEMORY:
            return "VK_ERROR_OUT_OF_HOST_MEMORY";
        case VK_ERROR_OUT_OF_DEVICE_MEMORY:
            return "VK_ERROR_OUT_OF_DEVICE_MEMORY";
        case VK_ERROR_INITIALIZATION_FAILED:
            return "VK_ERROR_INITIALIZATION_FAILED";
        case VK_ERROR_DEVICE_LOST:
            return "VK_ERROR_DEVICE_LOST";
        case VK_ERROR_MEMORY_MAP_FAILED:
            return "VK_ERROR_MEMORY_MAP_FAILED";
        case VK_ERROR_LAYER_NOT_PRESENT:
            return "VK_ERROR_LAYER_NOT_PRESENT";
        case VK_ERROR_EXTENSION_NOT_PRESENT:
            return "VK_ERROR_EXTENSION_NOT_PRESENT";
        case VK_ERROR_FEATURE_NOT_PRESENT:
            return "VK_ERROR_FEATURE_NOT_PRESENT";
        case VK_ERROR_INCOMPATIBLE_DRIVER:
            return "VK_ERROR_INCOMPATIBLE_DRIVER";
        case VK_ERROR_TOO_MANY_OBJECTS:
            return "VK_ERROR_TOO_MANY_OBJECTS";
        case VK_ERROR_FRAGMENTED_POOL:
            return "VK_ERROR_FRAGMENTED_POOL";
        case VK_ERROR_OUT_OF_POOL_MEMORY:
            return "VK_ERROR_OUT_OF_POOL_MEMORY";
        case VK_ERROR_UNKNOWN:
            return "VK_ERROR_UNKNOWN";
        default:
            return "VkResult " + std::to_string(static_cast<int>(result));
    }
}

void check(VkResult result, const std::string& what) {
    if (result != VK_SUCCESS) throw BackendError("vulkan: " + what + ": " + name_of(result));
}

}  // namespace katago::vulkan
