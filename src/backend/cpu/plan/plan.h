// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "backend/backend.h"
#include "backend/cpu/program/program.h"

namespace katago::cpu {

// Runs a program on one board shape; owns the memory of all values. One thread at a time.
class CpuPlan final : public Plan {
  public:
    // `owner` keeps `program` alive.
    CpuPlan(std::shared_ptr<const LoadedModel> owner, const Program& program, BoardShape board, int max_batch);

    void run(int batch, const PlanInputs& inputs, const PlanOutputs& outputs) override;
    std::vector<StepTime> profile(int batch, const PlanInputs& inputs, const PlanOutputs& outputs) override;
    void observe(int batch, const PlanInputs& inputs, const PlanOutputs& outputs,
                 const PlanObserver& observer) override;

  private:
    // What to tell of a run's steps besides doing them; null: nothing.
    struct Watch {
        std::vector<StepTime>* times = nullptr;  // where to add the time of each step
        const PlanObserver* observer = nullptr;
    };
    struct Buffer {
        AlignedArray<int8_t> bytes;
        AlignedFloats scales;
    };

    size_t points_of(NodeId id) const { return shape_.points(program_.types[static_cast<size_t>(id)].kind); }
    RunContext context(size_t boards, const PlanInputs& inputs);
    // Evaluates the batch, a group after another.
    void run_groups(int batch, const PlanInputs& inputs, const PlanOutputs& outputs, const Watch& watch);
    void run_group(size_t boards, const PlanInputs& inputs, const PlanOutputs& outputs, const Watch& watch);
    void run_step(size_t index, RunContext& context, const Watch& watch);
    void show_values(const Step& step, size_t boards, const PlanObserver& observer) const;
    void place_values();
    void make_buffers();
    void make_board_tables();
    void make_states();

    std::shared_ptr<const LoadedModel> owner_;
    const Program& program_;
    size_t max_batch_;
    PlanShape shape_;  // all memory is for so many boards
    AlignedFloats memory_;
    std::vector<float*> values_;                 // by node; null where none is stored
    std::array<Buffer, kInputBuffers> buffers_;  // apart from scratch_: later steps may use them again
    AlignedFloats scratch_;                      // of one step
    std::vector<AlignedFloats> board_tables_;    // these two by step
    std::vector<std::unique_ptr<KernelState>> states_;
};

}  // namespace katago::cpu
