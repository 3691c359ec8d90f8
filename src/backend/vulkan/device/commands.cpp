// SPDX-License-Identifier: MIT
#include "backend/vulkan/device/commands.h"

#include <utility>

namespace katago::vulkan {

CommandList::CommandList(std::shared_ptr<const Device> device) : device_(std::move(device)) {
    const DeviceFunctions& functions = device_->functions();
    VkCommandPoolCreateInfo pool{};
    pool.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO;
    pool.queueFamilyIndex = device_->physical().queue_family;
    check(functions.create_command_pool(device_->handle(), &pool, nullptr, &pool_), "a command pool");
    VkCommandBufferAllocateInfo buffer{};
    buffer.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO;
    buffer.commandPool = pool_;
    buffer.level = VK_COMMAND_BUFFER_LEVEL_PRIMARY;
    buffer.commandBufferCount = 1;
    check(functions.allocate_commands(device_->handle(), &buffer, &commands_), "a command buffer");
    VkFenceCreateInfo fence{};
    fence.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO;
    check(functions.create_fence(device_->handle(), &fence, nullptr, &fence_), "a fence");
}

CommandList::CommandList(CommandList&& other) noexcept
    : device_(std::move(other.device_)), pool_(other.pool_), commands_(other.commands_), fence_(other.fence_) {}

CommandList::~CommandList() {
    if (!device_ || device_->has_failed()) return;
    device_->functions().destroy_fence(device_->handle(), fence_, nullptr);
    device_->functions().destroy_command_pool(device_->handle(), pool_, nullptr);
}

void CommandList::begin() {
    VkCommandBufferBeginInfo info{};
    info.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO;
    check(device_->functions().begin(commands_, &info), "recording");
}

void CommandList::barrier() {
    VkMemoryBarrier barrier{};
    barrier.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER;
    barrier.srcAccessMask = VK_ACCESS_SHADER_WRITE_BIT;
    barrier.dstAccessMask = VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT;
    device_->functions().barrier(commands_, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT,
                                 0, 1, &barrier, 0, nullptr, 0, nullptr);
}

void CommandList::end() {
    VkMemoryBarrier barrier{};
    barrier.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER;
    barrier.srcAccessMask = VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_TRANSFER_WRITE_BIT;
    barrier.dstAccessMask = VK_ACCESS_HOST_READ_BIT;
    device_->functions().barrier(commands_, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_TRANSFER_BIT,
                                 VK_PIPELINE_STAGE_HOST_BIT, 0, 1, &barrier, 0, nullptr, 0, nullptr);
    check(device_->functions().end(commands_), "recording");
}

DescriptorSets::DescriptorSets(std::shared_ptr<const Device> device, uint32_t most_sets, uint32_t most_bindings)
    : device_(std::move(device)) {
    VkDescriptorPoolSize size{};
    size.type = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
    size.descriptorCount = most_bindings;
    VkDescriptorPoolCreateInfo info{};
    info.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO;
    info.maxSets = most_sets;
    info.poolSizeCount = 1;
    info.pPoolSizes = &size;
    check(device_->functions().create_descriptor_pool(device_->handle(), &info, nullptr, &pool_), "a descriptor pool");
}

DescriptorSets::~DescriptorSets() {
    if (!device_->has_failed()) device_->functions().destroy_descriptor_pool(device_->handle(), pool_, nullptr);
}

VkDescriptorSet DescriptorSets::set_for(VkDescriptorSetLayout layout, const std::vector<BufferRange>& ranges) {
    VkDescriptorSet& set = sets_[{layout, ranges}];
    if (set != VK_NULL_HANDLE) return set;
    VkDescriptorSetAllocateInfo info{};
    info.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO;
    info.descriptorPool = pool_;
    info.descriptorSetCount = 1;
    info.pSetLayouts = &layout;
    check(device_->functions().allocate_sets(device_->handle(), &info, &set), "a descriptor set");
    std::vector<VkDescriptorBufferInfo> buffers;
    for (const BufferRange& range : ranges)
        buffers.push_back({.buffer = range.buffer, .offset = range.offset, .range = range.bytes});
    VkWriteDescriptorSet write{};
    write.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET;
    write.dstSet = set;
    write.descriptorCount = static_cast<uint32_t>(buffers.size());
    write.descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
    write.pBufferInfo = buffers.data();
    device_->functions().update_sets(device_->handle(), 1, &write, 0, nullptr);
    return set;
}

Timestamps::Timestamps(std::shared_ptr<const Device> device, uint32_t count)
    : device_(std::move(device)), count_(count) {
    VkQueryPoolCreateInfo info{};
    info.sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO;
    info.queryType = VK_QUERY_TYPE_TIMESTAMP;
    info.queryCount = count_;
    check(device_->functions().create_query_pool(device_->handle(), &info, nullptr, &pool_), "a pool of timestamps");
}

Timestamps::~Timestamps() {
    if (!device_->has_failed()) device_->functions().destroy_query_pool(device_->handle(), pool_, nullptr);
}

void Timestamps::reset(const CommandList& commands) const {
    device_->functions().reset_queries(commands.handle(), pool_, 0, count_);
}

void Timestamps::write(const CommandList& commands, uint32_t index) const {
    device_->functions().write_timestamp(commands.handle(), VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, pool_, index);
}

std::vector<double> Timestamps::read() const {
    std::vector<uint64_t> ticks(count_);
    check(device_->functions().get_query_results(device_->handle(), pool_, 0, count_, ticks.size() * sizeof(uint64_t),
                                                 ticks.data(), sizeof(uint64_t), VK_QUERY_RESULT_64_BIT),
          "reading timestamps");
    std::vector<double> seconds;
    for (const uint64_t tick : ticks)
        seconds.push_back(static_cast<double>(tick - ticks.front()) * device_->capabilities().timestamp_ns * 1e-9);
    return seconds;
}

}  // namespace katago::vulkan
