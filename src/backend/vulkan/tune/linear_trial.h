// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "backend/vulkan/ops/linear_kernel.h"
#include "backend/vulkan/ops/linear_op.h"

namespace katago::vulkan {

// One product on a device, of one or of many boards of 19x19, with memory of its own, to try kernels on. Its numbers
// are zeros, which take as long as any others. One thread at a time.
class LinearTrial {
  public:
    LinearTrial(std::shared_ptr<const Device> device, const LinearShape& shape, bool few, bool fp16);

    // Of one run by this kernel; of a Winograd convolution, with its transforms, where the shape is that of its
    // products. Throws BackendError where the driver refuses the kernel.
    double seconds(const LinearKernel& kernel);

  private:
    std::vector<Dispatch> dispatches() const;
    double seconds_of_list(const std::vector<Dispatch>& dispatches, int repeated) const;
    Buffer zeros(uint64_t bytes) const;

    std::shared_ptr<const Device> device_;
    LinearShape shape_;
    std::array<DeviceValue, 2> values_;  // the input and the result
    std::array<Buffer, 2> buffers_;
    std::array<BufferRange, 2> ranges_;
    Buffer weights_, scratch_;
    WeightRange weight_range_;
    Epilogue epilogue_;
    RecordContext context_;
};

}  // namespace katago::vulkan
