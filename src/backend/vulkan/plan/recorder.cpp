// SPDX-License-Identifier: MIT
#include "backend/vulkan/plan/recorder.h"

#include <algorithm>

#include "core/ensure.h"

namespace katago::vulkan {

namespace {

bool overlaps(const std::vector<BufferRange>& ranges, const BufferRange& with) {
    return std::any_of(ranges.begin(), ranges.end(), [&](const BufferRange& range) {
        return range.buffer == with.buffer && range.offset < with.offset + with.bytes &&
               with.offset < range.offset + range.bytes;
    });
}

}  // namespace

bool Recorder::depends(const std::vector<Operand>& operands) const {
    return std::any_of(operands.begin(), operands.end(), [&](const Operand& operand) {
        if (operand.access == Access::Ignores) return false;
        return overlaps(written_, operand.range) ||
               (operand.access == Access::Writes && overlaps(read_, operand.range));
    });
}

void Recorder::add(Dispatch dispatch) {
    if (depends(dispatch.operands)) {
        commands_.barrier();
        read_.clear();
        written_.clear();
    }
    // What a shader ignores is bound to what it writes: validation takes it for used, and whatever uses that range
    // waits for this dispatch anyway.
    const auto result = std::find_if(dispatch.operands.begin(), dispatch.operands.end(),
                                     [](const Operand& operand) { return operand.access == Access::Writes; });
    ENSURE(result != dispatch.operands.end());
    std::vector<BufferRange> ranges;
    for (const Operand& operand : dispatch.operands) {
        ranges.push_back(operand.access == Access::Ignores ? result->range : operand.range);
        if (operand.access == Access::Reads) read_.push_back(operand.range);
        if (operand.access == Access::Writes) written_.push_back(operand.range);
    }
    dispatch.pipeline.bindings = static_cast<uint32_t>(ranges.size());
    const Pipeline& pipeline = device_->pipeline(dispatch.pipeline);
    const VkDescriptorSet set = sets_.set_for(pipeline.set_layout, ranges);
    const DeviceFunctions& functions = device_->functions();
    functions.bind_pipeline(commands_.handle(), VK_PIPELINE_BIND_POINT_COMPUTE, pipeline.handle);
    functions.bind_sets(commands_.handle(), VK_PIPELINE_BIND_POINT_COMPUTE, pipeline.layout, 0, 1, &set, 0, nullptr);
    functions.push_constants(commands_.handle(), pipeline.layout, VK_SHADER_STAGE_COMPUTE_BIT, 0, sizeof(Push),
                             &dispatch.push);
    functions.dispatch(commands_.handle(), dispatch.groups[0], dispatch.groups[1], dispatch.groups[2]);
}

}  // namespace katago::vulkan
