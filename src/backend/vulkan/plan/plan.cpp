// SPDX-License-Identifier: MIT
#include "backend/vulkan/plan/plan.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "backend/arena.h"
#include "core/ensure.h"
#include "core/error.h"

namespace katago::vulkan {

namespace {

constexpr size_t kAlignment = 256;  // of a range in a buffer: the most that Vulkan lets a device want

size_t aligned(size_t bytes) {
    return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

// Scratch memory that a step works in, where its operation wants some.
uint64_t scratch_bytes(const Operation& operation, const RecordContext& context) {
    return std::visit(
        [&](const auto& op) -> uint64_t {
            if constexpr (requires { op.scratch_bytes(context); }) return op.scratch_bytes(context);
            return 0;
        },
        operation);
}

}  // namespace

VulkanPlan::VulkanPlan(std::shared_ptr<const LoadedModel> owner, std::shared_ptr<const Device> device,
                       const Program& program, const Buffer& weights, BoardShape board, int max_batch)
    : owner_(std::move(owner)),
      device_(std::move(device)),
      program_(program),
      weights_(weights),
      board_(board),
      max_batch_(static_cast<uint32_t>(max_batch)) {
    ENSURE(board.height > 0 && board.width > 0 && max_batch > 0);
    place_values();
    place_host_rows();
    make_tables();
    uint64_t scratch = 0;
    size_t sets = 0, bindings = 0;
    for (size_t step = 0; step < program_.steps.size(); ++step) {
        const RecordContext shape = context(max_batch_, step);
        scratch = std::max(scratch, scratch_bytes(program_.steps[step].operation, shape));
    }
    scratch_ = Buffer(device_, scratch, Memory::Device);
    for (size_t step = 0; step < program_.steps.size(); ++step)
        for (const Dispatch& dispatch : program_.steps[step].dispatches(context(max_batch_, step)))
            ++sets, bindings += dispatch.operands.size();
    // A step may have other dispatches for fewer boards.
    constexpr size_t kForms = 3;
    sets_.emplace(device_, static_cast<uint32_t>(kForms * sets), static_cast<uint32_t>(kForms * bindings));
}

void VulkanPlan::place_values() {
    std::vector<ArenaBuffer> buffers;
    std::vector<NodeId> nodes;
    const int last = static_cast<int>(program_.steps.size());
    for (int step = 0; step < last; ++step) {
        for (const NodeId id : program_.steps[static_cast<size_t>(step)].writes) {
            const size_t bytes = aligned(program_.values[static_cast<size_t>(id)].bytes(board_, max_batch_));
            buffers.push_back({.floats = bytes / sizeof(float), .first_step = step, .last_step = step});
            nodes.push_back(id);
        }
        for (const NodeId id : program_.steps[static_cast<size_t>(step)].reads) {
            const auto found = std::find(nodes.begin(), nodes.end(), id);
            ENSURE(found != nodes.end());
            buffers[static_cast<size_t>(found - nodes.begin())].last_step = step;
        }
    }
    values_ = Buffer(device_, place_buffers(buffers) * sizeof(float), Memory::Device);
    ranges_.resize(program_.values.size());
    for (size_t i = 0; i < buffers.size(); ++i) {
        const uint64_t offset = buffers[i].offset * sizeof(float);
        ENSURE(offset % kAlignment == 0);
        const uint64_t bytes = program_.values[static_cast<size_t>(nodes[i])].bytes(board_, max_batch_);
        ranges_[static_cast<size_t>(nodes[i])] = {values_.handle(), offset, bytes};
    }
}

void VulkanPlan::place_host_rows() {
    const size_t points = static_cast<size_t>(board_.area());
    size_t bytes = 0;
    const auto place = [&](HostPart& part, size_t row) {
        part = {bytes, row};
        bytes = aligned(bytes + max_batch_ * row * sizeof(float));
    };
    place(input_parts_[0], points * static_cast<size_t>(program_.spatial_channels));
    place(input_parts_[1], static_cast<size_t>(program_.global_channels));
    place(input_parts_[2], static_cast<size_t>(program_.meta_channels));
    inputs_ = Buffer(device_, bytes, Memory::ToDevice);
    bytes = 0;
    const std::array<NodeId, 5> ids = program_.outputs.ids();
    for (size_t i = 0; i < ids.size(); ++i) {
        const TensorType& type = program_.values[static_cast<size_t>(ids[i])].type;
        place(output_parts_[i], (type.kind == TensorKind::Vector ? 1 : points) * static_cast<size_t>(type.channels));
    }
    outputs_ = Buffer(device_, bytes, Memory::ToHost);
}

void VulkanPlan::make_tables() {
    std::vector<float> all;
    std::vector<std::pair<size_t, size_t>> parts(program_.steps.size());  // offset and size in floats
    for (size_t step = 0; step < program_.steps.size(); ++step) {
        const auto* attention = std::get_if<AttentionOp>(&program_.steps[step].operation);
        if (attention == nullptr) continue;
        const std::vector<float> table = attention->table(board_);
        all.resize(aligned(all.size() * sizeof(float)) / sizeof(float));
        parts[step] = {all.size(), table.size()};
        all.insert(all.end(), table.begin(), table.end());
    }
    tables_ = Buffer(device_, all.size() * sizeof(float), Memory::Device);
    if (!all.empty()) device_->upload(tables_, std::as_bytes(std::span<const float>(all)));
    for (const auto& [offset, size] : parts)
        table_ranges_.push_back({tables_.handle(), offset * sizeof(float), size * sizeof(float)});
}

RecordContext VulkanPlan::context(uint32_t boards, size_t step) const {
    RecordContext context{.board = board_,
                          .boards = boards,
                          .fp16 = program_.fp16,
                          .capabilities = &device_->capabilities(),
                          .linear = &program_.linear,
                          .values = program_.values,
                          .ranges = ranges_,
                          .weights = weights_.handle(),
                          .host = {},
                          .table = table_ranges_[step],
                          .scratch = {scratch_.handle(), 0, scratch_.bytes()}};
    const auto host_range = [&](const Buffer& buffer, const HostPart& part) {
        return BufferRange{buffer.handle(), part.offset, max_batch_ * part.row * sizeof(float)};
    };
    const Operation& operation = program_.steps[step].operation;
    if (const auto* input = std::get_if<ReadInputOp>(&operation))
        context.host = host_range(inputs_, input_parts_[static_cast<size_t>(input->source)]);
    if (const auto* output = std::get_if<WriteOutputOp>(&operation))
        context.host = host_range(outputs_, output_parts_[output->index]);
    return context;
}

}  // namespace katago::vulkan
