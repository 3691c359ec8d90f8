// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "backend/vulkan/device/device.h"

namespace katago::vulkan {

// A part of a buffer, as a shader sees it.
struct BufferRange {
    VkBuffer buffer = VK_NULL_HANDLE;
    uint64_t offset = 0, bytes = 0;

    auto operator<=>(const BufferRange&) const = default;
};

// Commands that were recorded once and may be run often. Movable; one thread at a time; outlived by its device.
class CommandList {
  public:
    explicit CommandList(std::shared_ptr<const Device> device);
    ~CommandList();
    CommandList(CommandList&& other) noexcept;
    CommandList& operator=(CommandList&&) = delete;

    VkCommandBuffer handle() const { return commands_; }
    void begin();
    // Everything recorded so far comes before everything later: shaders, copies and what the host wrote.
    void barrier();
    // Makes what shaders wrote visible to the host, and ends the recording.
    void end();
    void run() { device_->run(commands_, fence_); }

  private:
    std::shared_ptr<const Device> device_;
    VkCommandPool pool_ = VK_NULL_HANDLE;
    VkCommandBuffer commands_ = nullptr;
    VkFence fence_ = VK_NULL_HANDLE;
};

// Descriptor sets by what they bind, made once. One thread at a time; outlived by its device.
class DescriptorSets {
  public:
    // For at most so many sets and bindings in all.
    DescriptorSets(std::shared_ptr<const Device> device, uint32_t most_sets, uint32_t most_bindings);
    ~DescriptorSets();
    DescriptorSets(const DescriptorSets&) = delete;
    DescriptorSets& operator=(const DescriptorSets&) = delete;

    VkDescriptorSet set_for(VkDescriptorSetLayout layout, const std::vector<BufferRange>& ranges);

  private:
    std::shared_ptr<const Device> device_;
    VkDescriptorPool pool_ = VK_NULL_HANDLE;
    std::map<std::pair<VkDescriptorSetLayout, std::vector<BufferRange>>, VkDescriptorSet> sets_;
};

// Times of commands. One thread at a time; outlived by its device.
class Timestamps {
  public:
    Timestamps(std::shared_ptr<const Device> device, uint32_t count);
    ~Timestamps();
    Timestamps(const Timestamps&) = delete;
    Timestamps& operator=(const Timestamps&) = delete;

    // Into a list that is being recorded: first reset(), then the time at which all before it is done, as number
    // `index`.
    void reset(const CommandList& commands) const;
    void write(const CommandList& commands, uint32_t index) const;
    // Of the last run, in seconds from any beginning.
    std::vector<double> read() const;

  private:
    std::shared_ptr<const Device> device_;
    uint32_t count_;
    VkQueryPool pool_ = VK_NULL_HANDLE;
};

}  // namespace katago::vulkan
