// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "backend/backend.h"
#include "backend/vulkan/device/commands.h"
#include "backend/vulkan/shaders/push.h"
#include "nn/graph.h"

namespace katago::vulkan {

class LinearChoices;

enum class Access : uint8_t { Reads, Writes, Ignores };

// A buffer range at a binding; the shader ignores those that its flags leave out.
struct Operand {
    BufferRange range;
    Access access = Access::Reads;
};
inline constexpr Operand kIgnored{{}, Access::Ignores};

// One shader on its operands.
struct Dispatch {
    PipelineRequest pipeline;  // without the number of bindings, which is that of the operands
    Push push;
    std::vector<Operand> operands;  // binding 0, 1, ...
    std::array<uint32_t, 3> groups{1, 1, 1};
};

// As many groups as hold `count` things, `size` to a group.
constexpr uint32_t groups_for(uint32_t count, uint32_t size) {
    return (count + size - 1) / size;
}

// A part of a model's weights.
struct WeightRange {
    uint64_t offset = 0, bytes = 0;
};

// How a value of the graph lies on the device: [boards, points, padded channels], floats or 16-bit numbers.
struct DeviceValue {
    TensorType type;
    bool is_half = false;

    uint32_t stride() const { return padded_channels(type.channels); }
    bool is_vector() const { return type.kind == TensorKind::Vector; }
    uint64_t bytes(BoardShape board, uint64_t boards) const {
        return boards * (is_vector() ? 1 : static_cast<uint64_t>(board.area())) * stride() * (is_half ? 2 : 4);
    }
};

// What is known when a step becomes dispatches: the memory of one plan, for a number of boards. A view.
struct RecordContext {
    BoardShape board;
    uint32_t boards = 1;
    bool fp16 = false;  // T is a 16-bit number
    const Capabilities* capabilities = nullptr;
    const LinearChoices* linear = nullptr;
    std::span<const DeviceValue> values;  // by node
    std::span<const BufferRange> ranges;  // the same
    VkBuffer weights = VK_NULL_HANDLE;
    BufferRange host;     // where the plan's inputs or outputs for this step lie
    BufferRange table;    // of the step: constants that depend on the board
    BufferRange scratch;  // of the step

    const DeviceValue& value(NodeId id) const { return values[static_cast<size_t>(id)]; }
    BufferRange range(NodeId id) const { return ranges[static_cast<size_t>(id)]; }
    BufferRange range(const WeightRange& part) const { return {weights, part.offset, part.bytes}; }
    uint32_t rows_of_board(NodeId id) const { return value(id).is_vector() ? 1 : static_cast<uint32_t>(board.area()); }
    uint32_t rows(NodeId id) const { return boards * rows_of_board(id); }
    // The variant of a shader for the numbers in use: "pool" -> "pool_f16".
    std::string_view variant(std::string_view f32, std::string_view f16) const { return fp16 ? f16 : f32; }
    // With the board, for an operation whose result is such a value.
    Push push(NodeId result) const;
};

}  // namespace katago::vulkan
