// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "backend/cpu/ops/int8.h"
#include "backend/cpu/steps/step.h"

namespace katago::cpu {

// The first two layers of a GLU in INT8; the third, which takes what they make as bytes, follows.
struct GluStep : StepDefaults {
    const GluKernel* kernel = nullptr;
    const LinearKernel* gemm = nullptr;  // whose input and output forms it shares
    NodeId in = kNoNode;
    int in_channels = 0, out_group = 0, out_rotated = 0;
    bool input_ready = false;
    PackedWeights linear, gate;
    AlignedFloats scale, shift;  // before the activation
    ActivationKind kind = ActivationKind::Identity;
    AlignedFloats gamma;  // of the RMS norm of its input; empty: none
    float epsilon = 0;

    std::string_view name() const { return kernel->name; }
    LayerCount linear_layers() const { return {gemm->arithmetic, 2}; }
    size_t scratch_floats(const PlanShape& shape, const TensorType& result) const;
    InputRooms input_rooms(const PlanShape& shape, const TensorType& result) const;
    void run(const RunContext& context, const TensorType& result) const;
};

}  // namespace katago::cpu
