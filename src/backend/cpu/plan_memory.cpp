// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>

#include "backend/cpu/pack.h"
#include "backend/cpu/plan.h"
#include "backend/cpu/rope_table.h"
#include "core/ensure.h"

namespace katago::cpu {

namespace {

// The floats of working memory that a step of each kind needs.
struct ScratchFloats {
    const Program& program;
    const Step& step;
    BoardShape board;
    size_t batch;

    size_t operator()(const InputStep&) const { return 0; }
    size_t operator()(const DenseStep&) const { return 0; }
    size_t operator()(const ElementwiseStep&) const { return 0; }
    size_t operator()(const RmsNormStep&) const { return 0; }
    size_t operator()(const WinogradStep&) const {
        return program.kernels->winograd_scratch_floats(board.height, board.width, batch);
    }
    size_t operator()(const IntegerDenseStep&) const { return 0; }
    size_t operator()(const IntegerWinogradStep& conv) const {
        if (conv.halves) {
            return program.kernels->half_winograd_scratch_floats(board.height, board.width, batch, conv.in_channels,
                                                                 step.type.channels);
        }
        return program.kernels->integer_winograd_scratch_floats(board.height, board.width, batch, conv.in_channels);
    }
    size_t operator()(const Int8Step&) const { return 0; }
    size_t operator()(const Int8GatedStep& gated) const {
        const int width = program.kernels->width;
        return gated.gamma.empty() ? 0 : static_cast<size_t>(vectors_of(gated.in_channels, width) * width * width);
    }
    size_t operator()(const Im2colStep& conv) const {
        const ConvGeometry& g = conv.geometry;
        const int width = program.kernels->width;
        return static_cast<size_t>(g.kernel_y * g.kernel_x * vectors_of(g.in_channels, width) * width) * batch *
               static_cast<size_t>(board.area());
    }
    size_t operator()(const SparseConvStep& conv) const {  // values, channels, then first entries, four bytes each
        const auto points = static_cast<size_t>(board.area());
        return 2 * points * static_cast<size_t>(conv.geometry.in_channels) + points + 1;
    }
    size_t operator()(const PoolStep& pool) const {
        const int width = program.kernels->width;
        const int channels = program.types[static_cast<size_t>(pool.in)].channels;
        return 2 * batch * static_cast<size_t>(vectors_of(channels, width) * width);
    }
    size_t operator()(const AttentionStep& attention) const {
        AttentionCall call;
        call.qk_channels = attention.layer.qk_channels, call.v_channels = attention.layer.v_channels;
        call.height = board.height, call.width = board.width;
        if (attention.halves) return program.kernels->half_attention_scratch_floats(call);
        return attention.integers ? program.kernels->integer_attention_scratch_floats(call)
                                  : program.kernels->attention_scratch_floats(call);
    }
};

// Boards share the work of preparing weights and fill tiles of rows, but the values of too many leave the second-level
// cache: of 19x19 boards two together are the fastest, and four where weights are transformed in every evaluation.
size_t boards_at_once(const Program& program, BoardShape board) {
    constexpr size_t kPoints = 2 * 19 * 19, kPointsPerTransform = 4 * 19 * 19;
    const bool transforms = std::any_of(program.steps.begin(), program.steps.end(), [](const Step& step) {
        const auto* conv = std::get_if<WinogradStep>(&step.operation);
        return conv != nullptr && !conv->weights_transformed;
    });
    return std::max<size_t>(1, (transforms ? kPointsPerTransform : kPoints) / static_cast<size_t>(board.area()));
}

// The step after which each value is needed no more.
std::vector<int> last_uses(const Program& program) {
    std::vector<int> last(program.types.size(), -1);
    for (size_t s = 0; s < program.steps.size(); ++s) {
        for (const NodeId id : program.steps[s].in) last[static_cast<size_t>(id)] = static_cast<int>(s);
    }
    const GraphOutputs& outputs = program.outputs;
    for (const NodeId id : {outputs.policy, outputs.pass, outputs.value, outputs.score, outputs.ownership}) {
        last[static_cast<size_t>(id)] = static_cast<int>(program.steps.size());
    }
    return last;
}

// The operand of a step's epilogue that its first result may replace where it stands: each float is read just before
// the result's is written. It saves the cache from holding both. kNone if all are needed afterwards or by the product,
// and for halves, which lie in another order.
NodeId replaceable_operand(const Program& program, int index, const std::vector<int>& last) {
    const Step& step = program.steps[static_cast<size_t>(index)];
    if (step.out.empty() || program.in_halves[static_cast<size_t>(step.out[0])]) return kNone;
    const auto [multiplier, residual] = std::visit(
        [](const auto& operation) {
            if constexpr (requires { operation.epilogue; }) {
                return std::pair(operation.epilogue.multiplier, operation.epilogue.residual);
            }
            return std::pair(kNone, kNone);
        },
        step.operation);
    for (const NodeId id : {residual, multiplier}) {
        if (id == kNone || last[static_cast<size_t>(id)] != index) continue;
        const TensorType& type = program.types[static_cast<size_t>(id)];
        const bool same_size = type.kind == step.type.kind && type.channels == step.type.channels;
        if (same_size && std::count(step.in.begin(), step.in.end(), id) == 1) return id;
    }
    return kNone;
}

}  // namespace

CpuPlan::CpuPlan(std::shared_ptr<const LoadedModel> owner, const Program& program, BoardShape board, int max_batch)
    : owner_(std::move(owner)),
      program_(program),
      board_(board),
      max_batch_(static_cast<size_t>(max_batch)),
      group_(std::min(max_batch_, boards_at_once(program, board))) {
    ENSURE(board.height > 0 && board.width > 0 && max_batch > 0);
    place_values();
    make_room_for_inputs();
    size_t scratch = 0;
    for (const Step& step : program_.steps) {
        scratch = std::max(scratch, std::visit(ScratchFloats{program_, step, board_, group_}, step.operation));
        const auto* attention = std::get_if<AttentionStep>(&step.operation);
        const bool rotates = attention != nullptr && attention->layer.rope.frequencies != nullptr;
        rope_tables_.push_back(rotates ? make_rope_table(attention->layer, board_, program_.kernels->width)
                                       : AlignedFloats());
    }
    scratch_ = AlignedFloats(scratch);
}

// What steps make of their inputs for their products.
void CpuPlan::make_room_for_inputs() {
    const Kernels& kernels = *program_.kernels;
    const auto tiles = [&](int channels) {
        return kernels.winograd_input_floats(board_.height, board_.width, group_, channels);
    };
    size_t floats = 0, integers = 0, scales = 0, gated_integers = 0, gated_scales = 0;
    const auto make_room_for_bytes = [&](const Step& step, int taps, int channels, int group, size_t& numbers,
                                         size_t& factors) {
        Int8Call call;
        call.taps = taps, call.height = board_.height, call.width = board_.width;
        call.out.batch = group_, call.out.points = points_of(step.type.kind);
        const size_t entries = kernels.int8_input_entries(call) * static_cast<size_t>(groups_of(channels, group));
        const auto line_bytes = static_cast<size_t>(lines_of_group(group) * kernels.int8_line_bytes);
        numbers = std::max(numbers, entries * line_bytes / 2);
        factors = std::max(factors, 2 * entries);  // scales and zero points
    };
    for (const Step& step : program_.steps) {
        if (const auto* conv = std::get_if<WinogradStep>(&step.operation)) {
            floats = std::max(floats, tiles(conv->in_channels));
        } else if (const auto* integer_conv = std::get_if<IntegerWinogradStep>(&step.operation)) {
            const int units = units_of(integer_conv->in_channels, kernels.width);
            integers = std::max(integers, tiles(units * 2 * kernels.width));
            scales = std::max(scales, tiles(1) / static_cast<size_t>(kernels.width));
        } else if (const auto* dense = std::get_if<IntegerDenseStep>(&step.operation)) {
            const size_t rows = group_ * points_of(step.type.kind);
            integers = std::max(integers,
                                rows * static_cast<size_t>(units_of(dense->depth, kernels.width) * 2 * kernels.width));
            scales = std::max(scales, rows);
        } else if (const auto* int8 = std::get_if<Int8Step>(&step.operation)) {
            make_room_for_bytes(step, int8->taps, int8->in_channels, int8->weights.group,
                                int8->input_gated ? gated_integers : integers,
                                int8->input_gated ? gated_scales : scales);
        } else if (const auto* gated = std::get_if<Int8GatedStep>(&step.operation)) {
            make_room_for_bytes(step, 1, gated->in_channels, gated->linear.group, integers, scales);
        }
    }
    winograd_input_ = AlignedFloats(floats);
    integer_input_ = AlignedInt16s(integers);
    integer_scales_ = AlignedFloats(scales);
    gated_input_ = AlignedInt16s(gated_integers);
    gated_scales_ = AlignedFloats(gated_scales);
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
            const int width = program_.kernels->width, ends = std::max(s, last[static_cast<size_t>(id)]);
            int& buffer = buffer_of[static_cast<size_t>(id)];
            if (replaced != kNone) {
                buffer = buffer_of[static_cast<size_t>(replaced)];
                buffers[static_cast<size_t>(buffer)].last_step = ends;
                replaced = kNone;
                continue;
            }
            buffer = static_cast<int>(buffers.size());
            const size_t channels = static_cast<size_t>(vectors_of(type.channels, width) * width);
            const size_t floats = channels * group_ * points_of(type.kind);
            buffers.push_back({program_.in_halves[static_cast<size_t>(id)] ? floats / 2 : floats, s, ends});
        }
        for (const NodeId id : step.in) ENSURE(buffer_of[static_cast<size_t>(id)] != -1);
    }
    memory_ = AlignedFloats(place_buffers(buffers));
    for (const int buffer : buffer_of) {
        values_.push_back(buffer == -1 ? nullptr : memory_.data() + buffers[static_cast<size_t>(buffer)].offset);
    }
}

}  // namespace katago::cpu
