// SPDX-License-Identifier: MIT
#include "backend/cpu/plan/plan.h"

namespace katago::cpu {

std::vector<StepTime> CpuPlan::profile(int batch, const PlanInputs& inputs, const PlanOutputs& outputs) {
    std::vector<StepTime> times;
    for (const Step& step : program_.steps) times.push_back({step.node, kernel_name(step), 0});
    run_groups(batch, inputs, outputs, {.times = &times});
    return times;
}

void CpuPlan::observe(int batch, const PlanInputs& inputs, const PlanOutputs& outputs, const PlanObserver& observer) {
    run_groups(batch, inputs, outputs, {.observer = &observer});
}

void CpuPlan::show_values(const Step& step, size_t boards, const PlanObserver& observer) const {
    std::vector<float> plain;
    for (const NodeId id : step.out) {
        const int channels = program_.types[static_cast<size_t>(id)].channels;
        const size_t points = points_of(id);
        plain.resize(boards * points * static_cast<size_t>(channels));
        const float* const value = values_[static_cast<size_t>(id)];
        if (program_.stored_as_fp16[static_cast<size_t>(id)]) {
            from_fp16_blocks(reinterpret_cast<const int16_t*>(value), boards * points, channels, plain.data());
        } else {
            from_blocks(value, boards * points, channels, shape_.width, plain.data());
        }
        observer({id, step.node, static_cast<int>(boards), static_cast<int>(points), channels, plain});
    }
}

}  // namespace katago::cpu
