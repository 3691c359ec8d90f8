// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstring>
#include <string>

#include "backend/vulkan/plan/plan.h"
#include "core/error.h"

namespace katago::vulkan {

CommandList VulkanPlan::record(uint32_t boards, const Timestamps* times) {
    CommandList commands(device_);
    commands.begin();
    if (times != nullptr) times->reset(commands);
    Recorder recorder(device_, *sets_, commands);
    for (size_t step = 0; step < program_.steps.size(); ++step) {
        if (times != nullptr) times->write(commands, static_cast<uint32_t>(step));
        for (Dispatch& dispatch : program_.steps[step].dispatches(context(boards, step)))
            recorder.add(std::move(dispatch));
    }
    if (times != nullptr) times->write(commands, static_cast<uint32_t>(program_.steps.size()));
    commands.end();
    return commands;
}

void VulkanPlan::check_batch(int batch) const {
    if (batch < 1 || static_cast<uint32_t>(batch) > max_batch_)
        throw BackendError("vulkan: a batch of " + std::to_string(batch) + ", the plan is for 1 to " +
                           std::to_string(max_batch_));
}

void VulkanPlan::copy_in(int batch, const PlanInputs& inputs) {
    const float* const rows[] = {inputs.spatial, inputs.global, inputs.meta};
    for (size_t i = 0; i < input_parts_.size(); ++i) {
        const size_t floats = static_cast<size_t>(batch) * input_parts_[i].row;
        if (floats > 0)
            std::memcpy(static_cast<std::byte*>(inputs_.mapped()) + input_parts_[i].offset, rows[i],
                        floats * sizeof(float));
    }
}

void VulkanPlan::copy_out(int batch, const PlanOutputs& outputs) const {
    float* const rows[] = {outputs.policy, outputs.pass, outputs.value, outputs.score, outputs.ownership};
    for (size_t i = 0; i < output_parts_.size(); ++i)
        std::memcpy(rows[i], static_cast<const std::byte*>(outputs_.mapped()) + output_parts_[i].offset,
                    static_cast<size_t>(batch) * output_parts_[i].row * sizeof(float));
}

void VulkanPlan::run(int batch, const PlanInputs& inputs, const PlanOutputs& outputs) {
    check_batch(batch);
    const uint32_t boards = static_cast<uint32_t>(batch);
    auto found = recorded_.find(boards);
    if (found == recorded_.end()) found = recorded_.emplace(boards, record(boards, nullptr)).first;
    copy_in(batch, inputs);
    found->second.run();
    copy_out(batch, outputs);
}

std::vector<StepTime> VulkanPlan::profile(int batch, const PlanInputs& inputs, const PlanOutputs& outputs) {
    check_batch(batch);
    if (device_->capabilities().timestamp_ns == 0) {
        run(batch, inputs, outputs);
        return {};
    }
    const Timestamps times(device_, static_cast<uint32_t>(program_.steps.size() + 1));
    CommandList commands = record(static_cast<uint32_t>(batch), &times);
    copy_in(batch, inputs);
    commands.run();
    copy_out(batch, outputs);
    const std::vector<double> seconds = times.read();
    std::vector<StepTime> steps;
    for (size_t step = 0; step < program_.steps.size(); ++step) {
        const std::string_view kernel =
            std::visit([](const auto& op) { return op.name(); }, program_.steps[step].operation);
        steps.push_back({program_.steps[step].node, kernel, seconds[step + 1] - seconds[step]});
    }
    return steps;
}

}  // namespace katago::vulkan
