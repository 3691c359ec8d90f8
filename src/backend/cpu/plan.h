// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <vector>

#include "backend/backend.h"
#include "backend/cpu/program.h"

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
    struct Run;
    // What to tell of a run's steps besides doing them; null: nothing.
    struct Watch {
        std::vector<StepTime>* times = nullptr;  // where to add the time of each step
        const PlanObserver* observer = nullptr;
    };

    size_t points_of(TensorKind kind) const {
        return kind == TensorKind::Spatial ? static_cast<size_t>(board_.area()) : 1;
    }
    size_t points_of(NodeId id) const { return points_of(program_.types[static_cast<size_t>(id)].kind); }
    size_t scratch_floats(const Step& step) const;
    // Evaluates the batch, a group after another.
    void run_groups(int batch, const PlanInputs& inputs, const PlanOutputs& outputs, const Watch& watch);
    void run_group(size_t boards, const PlanInputs& inputs, const PlanOutputs& outputs, const Watch& watch);
    void show_values(const Step& step, size_t boards, const PlanObserver& observer) const;
    void place_values();
    void make_room_for_inputs();

    std::shared_ptr<const LoadedModel> owner_;
    const Program& program_;
    BoardShape board_;
    size_t max_batch_;
    size_t group_;  // boards that go through the network together; all memory is for so many
    AlignedFloats memory_;
    std::vector<float*> values_;              // by node; null where none is stored
    AlignedFloats winograd_input_;            // apart from scratch_: later steps may use it again
    AlignedInt16s integer_input_;             // likewise
    AlignedFloats integer_scales_;            // of integer_input_
    AlignedInt16s gated_input_;               // what an Int8GatedStep makes
    AlignedFloats gated_scales_;              // of gated_input_
    AlignedFloats scratch_;                   // of one step
    std::vector<AlignedFloats> rope_tables_;  // by step
};

}  // namespace katago::cpu
