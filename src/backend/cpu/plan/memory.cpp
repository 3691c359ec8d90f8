// SPDX-License-Identifier: MIT
#include <algorithm>
#include <utility>

#include "backend/cpu/ops/layout.h"
#include "backend/cpu/plan/plan.h"
#include "core/ensure.h"

namespace katago::cpu {

namespace {

// Boards share the work of preparing weights and fill tiles of rows, but the values of too many leave the second-level
// cache: of 19x19 boards two together are the fastest, and four where weights are transformed in every evaluation.
size_t boards_at_once(const Program& program, BoardShape board) {
    constexpr size_t kPoints = 2 * 19 * 19, kPointsPerTransform = 4 * 19 * 19;
    const bool transforms = std::any_of(program.steps.begin(), program.steps.end(), [](const Step& step) {
        const auto* linear = std::get_if<LinearStep>(&step.operation);
        return linear != nullptr && linear->weights.transform == WeightTransform::None;
    });
    return std::max<size_t>(1, (transforms ? kPointsPerTransform : kPoints) / static_cast<size_t>(board.area()));
}

// The step after which each value is needed no more.
std::vector<int> last_uses(const Program& program) {
    std::vector<int> last(program.types.size(), -1);
    for (size_t s = 0; s < program.steps.size(); ++s) {
        for (const NodeId id : program.steps[s].in) last[static_cast<size_t>(id)] = static_cast<int>(s);
    }
    for (const NodeId id : program.outputs.ids())
        last[static_cast<size_t>(id)] = static_cast<int>(program.steps.size());
    return last;
}

// The operand of a step's epilogue that its first result may replace where it stands: each float is read just before
// the result's is written. It saves the cache from holding both. kNoNode if all are needed afterwards or by the layer,
// and for FP16, which lies in another order.
NodeId replaceable_operand(const Program& program, int index, const std::vector<int>& last) {
    const Step& step = program.steps[static_cast<size_t>(index)];
    if (step.out.empty() || program.stored_as_fp16[static_cast<size_t>(step.out[0])]) return kNoNode;
    const auto [multiplier, residual] = std::visit(
        [](const auto& operation) {
            if constexpr (requires { operation.epilogue; }) {
                return std::pair(operation.epilogue.multiplier, operation.epilogue.residual);
            }
            return std::pair(kNoNode, kNoNode);
        },
        step.operation);
    for (const NodeId id : {residual, multiplier}) {
        if (id == kNoNode || last[static_cast<size_t>(id)] != index) continue;
        const TensorType& type = program.types[static_cast<size_t>(id)];
        const bool same_size = type.kind == step.type.kind && type.channels == step.type.channels;
        if (same_size && std::count(step.in.begin(), step.in.end(), id) == 1) return id;
    }
    return kNoNode;
}

}  // namespace

CpuPlan::CpuPlan(std::shared_ptr<const LoadedModel> owner, const Program& program, BoardShape board, int max_batch)
    : owner_(std::move(owner)),
      program_(program),
      max_batch_(static_cast<size_t>(max_batch)),
      shape_{board, std::min(max_batch_, boards_at_once(program, board)), program.width} {
    ENSURE(board.height > 0 && board.width > 0 && max_batch > 0);
    place_values();
    make_buffers();
    make_board_tables();
    make_states();
}

void CpuPlan::make_buffers() {
    size_t scratch = 0;
    std::array<InputRoom, kInputBuffers> rooms;
    const auto make_room = [&](InputBuffer buffer, const InputRoom& wanted) {
        InputRoom& room = rooms[static_cast<size_t>(buffer)];
        room.bytes = std::max(room.bytes, wanted.bytes), room.scales = std::max(room.scales, wanted.scales);
    };
    for (const Step& step : program_.steps) {
        std::visit(
            [&](const auto& operation) {
                scratch = std::max(scratch, operation.scratch_floats(shape_, step.type));
                const InputRooms wanted = operation.input_rooms(shape_, step.type);
                make_room(wanted.buffer, wanted.room);
                make_room(InputBuffer::Glu, wanted.glu);
            },
            step.operation);
    }
    scratch_ = AlignedFloats(scratch);
    for (size_t i = 0; i < kInputBuffers; ++i)
        buffers_[i] = {AlignedArray<int8_t>(rooms[i].bytes), AlignedFloats(rooms[i].scales)};
}

void CpuPlan::make_board_tables() {
    for (const Step& step : program_.steps) {
        board_tables_.push_back(
            std::visit([&](const auto& operation) { return operation.board_table(shape_); }, step.operation));
    }
}

void CpuPlan::make_states() {
    for (const Step& step : program_.steps) {
        states_.push_back(
            std::visit([&](const auto& operation) { return operation.make_state(shape_, step.type); }, step.operation));
    }
}

void CpuPlan::place_values() {
    const std::vector<int> last = last_uses(program_);
    std::vector<ArenaBuffer> buffers;
    std::vector<int> buffer_of(program_.types.size(), -1);
    for (int s = 0; s < static_cast<int>(program_.steps.size()); ++s) {
        const Step& step = program_.steps[static_cast<size_t>(s)];
        NodeId replaced = replaceable_operand(program_, s, last);
        for (const NodeId id : step.out) {
            const TensorType& type = program_.types[static_cast<size_t>(id)];
            const int width = program_.width, ends = std::max(s, last[static_cast<size_t>(id)]);
            int& buffer = buffer_of[static_cast<size_t>(id)];
            if (replaced != kNoNode) {
                buffer = buffer_of[static_cast<size_t>(replaced)];
                buffers[static_cast<size_t>(buffer)].last_step = ends;
                replaced = kNoNode;
                continue;
            }
            buffer = static_cast<int>(buffers.size());
            const size_t channels = static_cast<size_t>(vectors_of(type.channels, width) * width);
            const size_t floats = channels * shape_.batch * shape_.points(type.kind);
            buffers.push_back({program_.stored_as_fp16[static_cast<size_t>(id)] ? floats / 2 : floats, s, ends});
        }
        for (const NodeId id : step.in) ENSURE(buffer_of[static_cast<size_t>(id)] != -1);
    }
    memory_ = AlignedFloats(place_buffers(buffers));
    for (const int buffer : buffer_of) {
        values_.push_back(buffer == -1 ? nullptr : memory_.data() + buffers[static_cast<size_t>(buffer)].offset);
    }
}

}  // namespace katago::cpu
