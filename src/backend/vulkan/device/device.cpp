// SPDX-License-Identifier: MIT
#include "backend/vulkan/device/device.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

#include "backend/vulkan/device/commands.h"
#include "backend/vulkan/device/open_device.h"
#include "core/error.h"

namespace katago::vulkan {

namespace {

// The longest that a device may compute, after which it counts as failed: a driver that hangs must not hang a game.
// Software devices take minutes for what a graphics unit does in a second.
constexpr std::chrono::seconds kLongestRun{30}, kLongestSoftwareRun{1800};

}  // namespace

Device::Device(std::shared_ptr<const Instance> instance, const PhysicalDevice& physical,
               const std::function<void(DeviceFunctions&)>& replace)
    : instance_(std::move(instance)), physical_(physical) {
    instance_->functions().get_memory_properties(physical_.handle, &memory_);
    handle_ = open_device(instance_->functions(), physical_);
    functions_ = find_device_functions(handle_, instance_->functions().get_device_proc_addr);
    if (replace) replace(functions_);
    functions_.get_queue(handle_, physical_.queue_family, 0, &queue_);
}

Device::~Device() {
    // What a failed device still computes with must stay: freeing it could wait for ever, or bring the driver down.
    if (failed_) {
        instance_->keep_open();
        return;
    }
    functions_.wait_idle(handle_);
    for (const auto& [request, pipeline] : pipelines_) destroy(pipeline);
    functions_.destroy_device(handle_, nullptr);
}

void Device::check_alive(VkResult result, const std::string& what) const {
    if (result == VK_ERROR_DEVICE_LOST || result == VK_TIMEOUT) failed_ = true;
    check(result, physical_.info.name + ": " + what);
}

void Device::run(VkCommandBuffer commands, VkFence fence) const {
    if (failed_) throw BackendError("vulkan: " + physical_.info.name + " has failed before");
    check_alive(functions_.reset_fences(handle_, 1, &fence), "preparing a run");
    VkSubmitInfo submit{};
    submit.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO;
    submit.commandBufferCount = 1;
    submit.pCommandBuffers = &commands;
    {
        const std::lock_guard lock(queue_mutex_);
        check_alive(functions_.submit(queue_, 1, &submit, fence), "starting a run");
    }
    const std::chrono::nanoseconds longest = physical_.is_software ? kLongestSoftwareRun : kLongestRun;
    const VkResult result =
        functions_.wait_for_fences(handle_, 1, &fence, VK_TRUE, static_cast<uint64_t>(longest.count()));
    check_alive(result, result == VK_TIMEOUT
                            ? "gave no answer within " + std::to_string(longest / std::chrono::seconds(1)) + " seconds"
                            : "computing");
}

void Device::upload(const Buffer& to, std::span<const std::byte> bytes) const {
    if (to.mapped() != nullptr) {
        std::memcpy(to.mapped(), bytes.data(), bytes.size());
        return;
    }
    constexpr size_t kPiece = size_t{16} << 20;  // so that a big network does not lie in memory twice
    const std::shared_ptr<const Device> borrowed(std::shared_ptr<const Device>(), this);
    const Buffer staging(borrowed, std::min(kPiece, bytes.size()), Memory::ToDevice);
    for (size_t at = 0; at < bytes.size(); at += kPiece) {
        const size_t size = std::min(kPiece, bytes.size() - at);
        std::memcpy(staging.mapped(), bytes.data() + at, size);
        CommandList commands(borrowed);
        commands.begin();
        const VkBufferCopy piece{.srcOffset = 0, .dstOffset = at, .size = size};
        functions_.copy_buffer(commands.handle(), staging.handle(), to.handle(), 1, &piece);
        commands.end();
        commands.run();
    }
}

const Pipeline& Device::pipeline(const PipelineRequest& request) const {
    const std::lock_guard lock(pipelines_mutex_);
    auto found = pipelines_.find(request);
    if (found == pipelines_.end()) found = pipelines_.emplace(request, make_pipeline(request)).first;
    return found->second;
}

}  // namespace katago::vulkan
