// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string_view>

#include "backend/cpu/ops/conv_first.h"
#include "backend/cpu/ops/linear.h"
#include "backend/cpu/steps/step.h"

namespace katago::cpu {

// An RMS norm over the channels of each point that the readers of its result compute themselves.
struct InputNorm {
    AlignedFloats gamma;
    float epsilon = 0;
};

// A gemm or a 3x3 convolution by one of the linear kernels, and what follows it.
struct LinearStep : StepDefaults {
    const LinearKernel* kernel = nullptr;
    NodeId in = kNoNode;
    LayerSize size;
    bool input_ready = false;     // the last step before this one that used the buffer made the same of the same value
    bool input_from_glu = false;  // the GluStep before it made its input; `in` is not stored
    std::shared_ptr<const InputNorm> norm;  // of `in`; null: none
    PackedWeights weights;
    Epilogue epilogue;

    std::string_view name() const { return kernel->name; }
    LayerCount linear_layers() const { return {kernel->arithmetic, 1, kernel->provider}; }
    InputBuffer buffer() const;
    size_t scratch_floats(const PlanShape& shape, const TensorType& result) const;
    InputRooms input_rooms(const PlanShape& shape, const TensorType& result) const;
    std::unique_ptr<KernelState> make_state(const PlanShape& shape, const TensorType& result) const;
    void run(const RunContext& context, const TensorType& result) const;
};

// Any other convolution: the inputs of all taps are copied beside each other for a gemm.
struct Im2colStep : StepDefaults {
    const LinearKernel* gemm = nullptr;  // in FP32
    NodeId in = kNoNode;
    ConvGeometry geometry;
    PackedWeights weights;
    Epilogue epilogue;

    std::string_view name() const { return "im2col"; }  // then gemm_f32
    LayerCount linear_layers() const { return {Arithmetic::Fp32, 1, gemm->provider}; }
    size_t scratch_floats(const PlanShape& shape, const TensorType& result) const;
    InputRooms input_rooms(const PlanShape& shape, const TensorType& result) const;
    std::unique_ptr<KernelState> make_state(const PlanShape& shape, const TensorType& result) const;
    void run(const RunContext& context, const TensorType& result) const;
};

}  // namespace katago::cpu
