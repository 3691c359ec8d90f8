// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "backend/cpu/ops/attention/attention.h"
#include "backend/cpu/steps/step.h"

namespace katago::cpu {

struct AttentionStep : StepDefaults {
    const AttentionKernel* kernel = nullptr;
    NodeId q = kNoNode, k = kNoNode, v = kNoNode, out = kNoNode;
    Attention layer;

    std::string_view name() const { return kernel->name; }
    size_t scratch_floats(const PlanShape& shape, const TensorType& result) const;
    AlignedFloats board_table(const PlanShape& shape) const;
    std::unique_ptr<KernelState> make_state(const PlanShape& shape, const TensorType& result) const;
    void run(const RunContext& context, const TensorType& result) const;
};

}  // namespace katago::cpu
