// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "backend/vulkan/ops/epilogue.h"

namespace katago::vulkan {

// A convolution, or a matrix at every point, by the kernel that RecordContext::linear chooses.
struct LinearOp {
    NodeId in = kNoNode;
    int kernel_y = 1, kernel_x = 1, dilation_y = 1, dilation_x = 1;
    WeightRange weights;  // [kernel_y * kernel_x, in channels, out channels], padded, of type T
    Epilogue epilogue;

    std::string_view name() const { return "linear"; }
    std::vector<Dispatch> dispatches(const RecordContext& context) const;
};

// A 3x3 convolution by Winograd's transform F(4x4, 3x3): its inputs are transformed, multiplied in 36 products, and
// transformed back.
struct WinogradOp {
    NodeId in = kNoNode;
    WeightRange weights;  // [36, in channels, out channels], padded, of type T: see winograd.h
    Epilogue epilogue;

    std::string_view name() const { return "winograd"; }
    uint64_t scratch_bytes(const RecordContext& context) const;
    std::vector<Dispatch> dispatches(const RecordContext& context) const;
};

// A matrix on vectors of whole boards, in FP32.
struct LinearVectorOp {
    NodeId in = kNoNode;
    WeightRange weights;  // [in channels, out channels], padded
    Epilogue epilogue;

    std::string_view name() const { return "linear_vector"; }
    uint64_t scratch_bytes(const RecordContext&) const { return 0; }
    std::vector<Dispatch> dispatches(const RecordContext& context) const;
};

}  // namespace katago::vulkan
