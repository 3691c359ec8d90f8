// SPDX-License-Identifier: MIT
#include <algorithm>
#include <utility>

#include "backend/vulkan/device/device.h"
#include "core/error.h"

namespace katago::vulkan {

namespace {

// Kinds of memory for a purpose, the best first. The host's side is always coherent, so that nothing is to be flushed.
constexpr VkMemoryPropertyFlags kNear = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT,
                                kMapped = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT,
                                kCached = VK_MEMORY_PROPERTY_HOST_CACHED_BIT;
std::span<const VkMemoryPropertyFlags> kinds_for(Memory memory) {
    static constexpr VkMemoryPropertyFlags kDevice[] = {kNear | kMapped, kNear, kMapped},
                                           kToDevice[] = {kNear | kMapped, kMapped},
                                           kToHost[] = {kMapped | kCached, kMapped};
    if (memory == Memory::Device) return kDevice;
    return memory == Memory::ToDevice ? std::span<const VkMemoryPropertyFlags>(kToDevice) : kToHost;
}

}  // namespace

uint32_t Device::memory_type(uint32_t allowed, Memory memory) const {
    for (const VkMemoryPropertyFlags wanted : kinds_for(memory))
        for (uint32_t type = 0; type < memory_.memoryTypeCount; ++type)
            if ((allowed >> type & 1) != 0 && (memory_.memoryTypes[type].propertyFlags & wanted) == wanted) return type;
    throw BackendError("vulkan: " + physical_.info.name + " has no memory that the processor reaches too");
}

Buffer::Buffer(std::shared_ptr<const Device> device, size_t bytes, Memory memory)
    : device_(std::move(device)), bytes_(std::max<size_t>(bytes, 256)) {
    const DeviceFunctions& functions = device_->functions();
    const std::string what = "a buffer of " + std::to_string(bytes_ >> 20) + " MB";
    VkBufferCreateInfo info{};
    info.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO;
    info.size = bytes_;
    info.usage =
        VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT;
    check(functions.create_buffer(device_->handle(), &info, nullptr, &handle_), what);
    VkMemoryRequirements required{};
    functions.get_buffer_requirements(device_->handle(), handle_, &required);
    VkMemoryAllocateInfo allocation{};
    allocation.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO;
    allocation.allocationSize = required.size;
    try {
        allocation.memoryTypeIndex = device_->memory_type(required.memoryTypeBits, memory);
        check(functions.allocate_memory(device_->handle(), &allocation, nullptr, &memory_), what);
        check(functions.bind_buffer_memory(device_->handle(), handle_, memory_, 0), what);
        const auto flags = device_->memory_.memoryTypes[allocation.memoryTypeIndex].propertyFlags;
        if ((flags & kMapped) == kMapped)
            check(functions.map_memory(device_->handle(), memory_, 0, VK_WHOLE_SIZE, 0, &mapped_), what);
    } catch (...) {
        Buffer taken(std::move(*this));  // frees what there is
        throw;
    }
}

Buffer::Buffer(Buffer&& other) noexcept {
    *this = std::move(other);
}

Buffer& Buffer::operator=(Buffer&& other) noexcept {
    std::swap(device_, other.device_);
    std::swap(bytes_, other.bytes_);
    std::swap(handle_, other.handle_);
    std::swap(memory_, other.memory_);
    std::swap(mapped_, other.mapped_);
    return *this;
}

Buffer::~Buffer() {
    if (!device_ || device_->has_failed()) return;
    device_->functions().destroy_buffer(device_->handle(), handle_, nullptr);
    device_->functions().free_memory(device_->handle(), memory_, nullptr);
}

}  // namespace katago::vulkan
