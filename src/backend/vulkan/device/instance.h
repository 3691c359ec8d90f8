// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "backend/vulkan/device/functions.h"

namespace katago::vulkan {

// A product that the matrix unit computes for a subgroup: [m, k] times [k, n], FP16 operands and FP32 sums.
struct MatrixTile {
    uint32_t m = 0, n = 0, k = 0;
    bool operator==(const MatrixTile&) const = default;
};

// What a device can do, as far as kernels ask.
struct Capabilities {
    bool fp16_storage = false;                                 // 16-bit numbers in buffers
    bool fp16_arithmetic = false;                              // and in registers
    uint32_t subgroup_size = 1;                                // as shaders get it where they do not ask
    uint32_t least_subgroup_size = 1, most_subgroup_size = 1;  // as they may ask for; equal: they may not ask
    bool full_subgroups = false;           // a shader may ask that no subgroup lacks lanes, as matrix tiles want
    std::vector<MatrixTile> matrix_tiles;  // empty: no matrix unit, or none that is known here
    uint32_t shared_memory_bytes = 0, workgroup_invocations = 0;  // of a work group, at most
    uint32_t buffer_alignment = 256;                              // of a range within a buffer
    uint64_t largest_range_bytes = 0;                             // that a shader may see of a buffer
    double timestamp_ns = 0;                                      // of one tick; 0: no timestamps
};

// A device that the driver offers. A value; valid as long as its instance.
struct PhysicalDevice {
    VkPhysicalDevice handle = nullptr;
    DeviceInfo info;
    bool is_software = false, is_discrete = false;
    Capabilities capabilities;
    std::vector<std::string> extensions;
    uint32_t queue_family = 0;
};

// The library libvulkan.so.1, opened at run time, and what it offers. Immutable, thread-safe; owned jointly by the
// devices that were opened with it.
class Instance {
  public:
    // Throws BackendError where the library, Vulkan 1.1 or a driver is missing.
    explicit Instance(const std::string& library = "libvulkan.so.1");
    ~Instance();
    Instance(const Instance&) = delete;
    Instance& operator=(const Instance&) = delete;

    const InstanceFunctions& functions() const { return functions_; }
    // Those with a queue for computing, in the driver's order, as DeviceInfo::index counts them.
    std::vector<PhysicalDevice> devices() const;
    // From now on it stays open to the end of the program: a device that has failed may still be at work.
    void keep_open() const { kept_open_ = true; }

  private:
    void* library_ = nullptr;
    VkInstance handle_ = nullptr;
    InstanceFunctions functions_;
    mutable std::atomic<bool> kept_open_ = false;
};

// The device that `wanted` (see LoadOptions::device) names: by index, or the first whose name has it; empty: the first
// graphics unit, discrete before integrated, else the first. Throws BackendError listing those that there are.
const PhysicalDevice& choose_device(const std::vector<PhysicalDevice>& devices, const std::string& wanted);

}  // namespace katago::vulkan
