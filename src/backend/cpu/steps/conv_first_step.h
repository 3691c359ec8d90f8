// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "backend/cpu/ops/conv_first.h"
#include "backend/cpu/steps/step.h"

namespace katago::cpu {

// A convolution of the plan's spatial input.
struct ConvFirstStep : StepDefaults {
    const ConvFirstKernel* kernel = nullptr;
    ConvGeometry geometry;
    AlignedFloats weights;
    Epilogue epilogue;

    std::string_view name() const { return kernel->name; }
    LayerCount linear_layers() const { return {Arithmetic::Fp32, 1}; }
    size_t scratch_floats(const PlanShape& shape, const TensorType& result) const;
    void run(const RunContext& context, const TensorType& result) const;
};

}  // namespace katago::cpu
