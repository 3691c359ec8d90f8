// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backend/vulkan/device/instance.h"
#include "core/thread.h"

namespace katago::vulkan {

class Buffer;

// Where a buffer lies.
enum class Memory : uint8_t {
    Device,    // near the device; the host reaches it by copies
    ToDevice,  // mapped, written by the host
    ToHost,    // mapped, read by the host
};

// A compute shader made ready with its constants, and what its descriptor sets look like.
struct Pipeline {
    VkPipeline handle = VK_NULL_HANDLE;
    VkPipelineLayout layout = VK_NULL_HANDLE;
    VkDescriptorSetLayout set_layout = VK_NULL_HANDLE;
};

// What a pipeline is made from.
struct PipelineRequest {
    std::string_view shader;          // a name of variants.txt
    std::vector<uint32_t> constants;  // specialization constants 0, 1, ...
    uint32_t bindings = 0;            // storage buffers 0, 1, ...
    uint32_t subgroup_size = 0;       // that the shader needs; 0: any

    auto operator<=>(const PipelineRequest&) const = default;
};

// An opened device with one queue. Thread-safe; shared by the models and plans that compute on it. Once it has failed
// (a lost device, or a wait that came to its end) every later call throws, and nothing waits for it any more.
class Device {
  public:
    // `replace` may put other functions in the place of the driver's, as tests of failing drivers do. Throws
    // BackendError.
    Device(std::shared_ptr<const Instance> instance, const PhysicalDevice& physical,
           const std::function<void(DeviceFunctions&)>& replace = {});
    ~Device();
    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;

    const PhysicalDevice& physical() const { return physical_; }
    const Capabilities& capabilities() const { return physical_.capabilities; }
    const DeviceFunctions& functions() const { return functions_; }
    VkDevice handle() const { return handle_; }

    // The same request gives the same pipeline, which lives as long as the device. Throws BackendError.
    const Pipeline& pipeline(const PipelineRequest& request) const;
    // Copies bytes into a buffer, wherever it lies, and waits. Throws BackendError.
    void upload(const Buffer& to, std::span<const std::byte> bytes) const;
    // Runs commands and waits for their end; another thread's commands may run at the same time. Throws BackendError.
    void run(VkCommandBuffer commands, VkFence fence) const;
    bool has_failed() const { return failed_; }

  private:
    friend class Buffer;
    uint32_t memory_type(uint32_t allowed, Memory memory) const;
    Pipeline make_pipeline(const PipelineRequest& request) const;
    void fill_in(Pipeline& pipeline, const PipelineRequest& request) const;
    void destroy(const Pipeline& pipeline) const;
    // The same as check(), and remembers a device that is lost.
    void check_alive(VkResult result, const std::string& what) const;

    std::shared_ptr<const Instance> instance_;
    PhysicalDevice physical_;
    VkPhysicalDeviceMemoryProperties memory_{};
    VkDevice handle_ = nullptr;
    DeviceFunctions functions_;
    VkQueue queue_ = nullptr;
    mutable std::atomic<bool> failed_ = false;
    mutable std::mutex queue_mutex_;
    mutable std::mutex pipelines_mutex_;
    mutable std::map<PipelineRequest, Pipeline> pipelines_ GUARDED_BY(pipelines_mutex_);
};

// Memory of a device. Movable. Belongs to one thread at a time; outlived by its device.
class Buffer {
  public:
    Buffer() = default;
    // Zero bytes count as a few, so that there is always something to bind. Throws BackendError.
    Buffer(std::shared_ptr<const Device> device, size_t bytes, Memory memory);
    ~Buffer();
    Buffer(Buffer&& other) noexcept;
    Buffer& operator=(Buffer&& other) noexcept;

    VkBuffer handle() const { return handle_; }
    size_t bytes() const { return bytes_; }
    // Where the host sees it; null for Memory::Device, unless that happens to be mapped.
    void* mapped() const { return mapped_; }

  private:
    std::shared_ptr<const Device> device_;
    size_t bytes_ = 0;
    VkBuffer handle_ = VK_NULL_HANDLE;
    VkDeviceMemory memory_ = VK_NULL_HANDLE;
    void* mapped_ = nullptr;
};

}  // namespace katago::vulkan
