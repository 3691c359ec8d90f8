// SPDX-License-Identifier: MIT
#include <array>
#include <vector>

#include "backend/vulkan/device/device.h"
#include "backend/vulkan/shaders/push.h"
#include "backend/vulkan/shaders/shaders.h"

namespace katago::vulkan {

namespace {

VkDescriptorSetLayout make_set_layout(const Device& device, uint32_t bindings) {
    std::vector<VkDescriptorSetLayoutBinding> buffers(bindings);
    for (uint32_t i = 0; i < bindings; ++i) {
        buffers[i].binding = i;
        buffers[i].descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
        buffers[i].descriptorCount = 1;
        buffers[i].stageFlags = VK_SHADER_STAGE_COMPUTE_BIT;
    }
    VkDescriptorSetLayoutCreateInfo info{};
    info.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO;
    info.bindingCount = bindings;
    info.pBindings = buffers.data();
    VkDescriptorSetLayout layout = VK_NULL_HANDLE;
    check(device.functions().create_set_layout(device.handle(), &info, nullptr, &layout), "a descriptor set's layout");
    return layout;
}

VkPipelineLayout make_layout(const Device& device, VkDescriptorSetLayout set_layout) {
    VkPushConstantRange push{};
    push.stageFlags = VK_SHADER_STAGE_COMPUTE_BIT;
    push.size = sizeof(Push);
    VkPipelineLayoutCreateInfo info{};
    info.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO;
    info.setLayoutCount = 1;
    info.pSetLayouts = &set_layout;
    info.pushConstantRangeCount = 1;
    info.pPushConstantRanges = &push;
    VkPipelineLayout layout = VK_NULL_HANDLE;
    check(device.functions().create_pipeline_layout(device.handle(), &info, nullptr, &layout), "a pipeline's layout");
    return layout;
}

VkShaderModule make_shader(const Device& device, std::string_view name) {
    const std::span<const uint32_t> words = spirv(name);
    VkShaderModuleCreateInfo info{};
    info.sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO;
    info.codeSize = words.size_bytes();
    info.pCode = words.data();
    VkShaderModule shader = VK_NULL_HANDLE;
    check(device.functions().create_shader(device.handle(), &info, nullptr, &shader), "shader " + std::string(name));
    return shader;
}

}  // namespace

Pipeline Device::make_pipeline(const PipelineRequest& request) const {
    Pipeline made;
    try {
        fill_in(made, request);
    } catch (...) {
        destroy(made);
        throw;
    }
    return made;
}

void Device::destroy(const Pipeline& pipeline) const {
    functions_.destroy_pipeline(handle_, pipeline.handle, nullptr);
    functions_.destroy_pipeline_layout(handle_, pipeline.layout, nullptr);
    functions_.destroy_set_layout(handle_, pipeline.set_layout, nullptr);
}

void Device::fill_in(Pipeline& made, const PipelineRequest& request) const {
    made.set_layout = make_set_layout(*this, request.bindings);
    made.layout = make_layout(*this, made.set_layout);

    std::vector<VkSpecializationMapEntry> entries;
    for (uint32_t i = 0; i < request.constants.size(); ++i)
        entries.push_back({.constantID = i, .offset = i * 4, .size = sizeof(uint32_t)});
    VkSpecializationInfo constants{};
    constants.mapEntryCount = static_cast<uint32_t>(entries.size());
    constants.pMapEntries = entries.data();
    constants.dataSize = request.constants.size() * sizeof(uint32_t);
    constants.pData = request.constants.data();

    VkPipelineShaderStageRequiredSubgroupSizeCreateInfoEXT subgroup{};
    subgroup.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_REQUIRED_SUBGROUP_SIZE_CREATE_INFO_EXT;
    subgroup.requiredSubgroupSize = request.subgroup_size;
    const bool asks =
        request.subgroup_size != 0 && capabilities().least_subgroup_size != capabilities().most_subgroup_size;

    VkComputePipelineCreateInfo info{};
    info.sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO;
    info.layout = made.layout;
    info.stage.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO;
    if (request.subgroup_size != 0 && capabilities().full_subgroups)
        info.stage.flags = VK_PIPELINE_SHADER_STAGE_CREATE_REQUIRE_FULL_SUBGROUPS_BIT_EXT;
    info.stage.pNext = asks ? &subgroup : nullptr;
    info.stage.stage = VK_SHADER_STAGE_COMPUTE_BIT;
    info.stage.module = make_shader(*this, request.shader);
    info.stage.pName = "main";
    info.stage.pSpecializationInfo = &constants;
    const VkResult result = functions_.create_pipelines(handle_, VK_NULL_HANDLE, 1, &info, nullptr, &made.handle);
    functions_.destroy_shader(handle_, info.stage.module, nullptr);
    check_alive(result, "shader " + std::string(request.shader));
}

}  // namespace katago::vulkan
