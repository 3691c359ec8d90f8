// SPDX-License-Identifier: MIT
#include <chrono>
#include <string>

#include "backend/cpu/plan/plan.h"
#include "core/error.h"

namespace katago::cpu {

namespace {

template <class Work>
double seconds_of(const Work& work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

RunContext CpuPlan::context(size_t boards, const PlanInputs& inputs) {
    RunContext context{.shape = {shape_.board, boards, shape_.width},
                       .inputs = inputs,
                       .values = values_,
                       .types = program_.types,
                       .stored_as_fp16 = program_.stored_as_fp16,
                       .buffers = {},
                       .scratch = scratch_.data(),
                       .accumulation_depth = program_.accumulation_depth,
                       .near_cache_bytes = program_.near_cache_bytes};
    for (size_t i = 0; i < kInputBuffers; ++i)
        context.buffers[i] = {buffers_[i].bytes.data(), buffers_[i].scales.data()};
    return context;
}

void CpuPlan::run(int batch, const PlanInputs& inputs, const PlanOutputs& outputs) {
    run_groups(batch, inputs, outputs, {});
}

void CpuPlan::run_groups(int batch, const PlanInputs& inputs, const PlanOutputs& outputs, const Watch& watch) {
    if (batch < 1 || static_cast<size_t>(batch) > max_batch_) {
        throw BackendError("cpu: a batch of " + std::to_string(batch) + ", the plan is for 1 to " +
                           std::to_string(max_batch_));
    }
    const size_t boards = static_cast<size_t>(batch), groups = (boards + shape_.batch - 1) / shape_.batch;
    const auto row = [&](const float* rows, size_t board, int channels, size_t points) {
        return rows == nullptr ? nullptr : rows + board * points * static_cast<size_t>(channels);
    };
    const auto out_row = [&](float* rows, size_t board, NodeId id) {
        return rows + board * points_of(id) * static_cast<size_t>(program_.types[static_cast<size_t>(id)].channels);
    };
    const GraphOutputs& ids = program_.outputs;
    for (size_t group = 0; group < groups; ++group) {
        const size_t first = group * boards / groups;
        const PlanInputs in{row(inputs.spatial, first, program_.spatial_channels, shape_.points(TensorKind::Spatial)),
                            row(inputs.global, first, program_.global_channels, 1),
                            row(inputs.meta, first, program_.meta_channels, 1)};
        const PlanOutputs out{out_row(outputs.policy, first, ids.policy), out_row(outputs.pass, first, ids.pass),
                              out_row(outputs.value, first, ids.value), out_row(outputs.score, first, ids.score),
                              out_row(outputs.ownership, first, ids.ownership)};
        run_group((group + 1) * boards / groups - first, in, out, watch);
    }
}

void CpuPlan::run_step(size_t index, RunContext& context, const Watch& watch) {
    const Step& step = program_.steps[index];
    context.board_table = board_tables_[index].data();
    context.state = states_[index].get();
    const auto run = [&] {
        std::visit([&](const auto& operation) { operation.run(context, step.type); }, step.operation);
    };
    if (watch.times == nullptr) {
        run();
    } else {
        (*watch.times)[index].seconds += seconds_of(run);
    }
    if (watch.observer != nullptr) show_values(step, context.shape.batch, *watch.observer);
}

void CpuPlan::run_group(size_t boards, const PlanInputs& inputs, const PlanOutputs& outputs, const Watch& watch) {
    RunContext running = context(boards, inputs);
    for (size_t index = 0; index < program_.steps.size(); ++index) run_step(index, running, watch);

    const auto copy_out = [&](NodeId id, float* rows) {
        from_blocks(running.value(id), boards * points_of(id), running.type(id).channels, shape_.width, rows);
    };
    copy_out(program_.outputs.policy, outputs.policy);
    copy_out(program_.outputs.pass, outputs.pass);
    copy_out(program_.outputs.value, outputs.value);
    copy_out(program_.outputs.score, outputs.score);
    copy_out(program_.outputs.ownership, outputs.ownership);
}

}  // namespace katago::cpu
