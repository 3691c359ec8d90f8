// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "backend/vulkan/plan/recorder.h"
#include "backend/vulkan/program/program.h"

namespace katago::vulkan {

// Runs a program on one board shape: memory for its values, and a command list for each number of boards, recorded when
// it first comes. One thread at a time.
class VulkanPlan final : public Plan {
  public:
    // `owner` keeps `program` and `weights` alive.
    VulkanPlan(std::shared_ptr<const LoadedModel> owner, std::shared_ptr<const Device> device, const Program& program,
               const Buffer& weights, BoardShape board, int max_batch);

    void run(int batch, const PlanInputs& inputs, const PlanOutputs& outputs) override;
    std::vector<StepTime> profile(int batch, const PlanInputs& inputs, const PlanOutputs& outputs) override;

  private:
    // Rows of the host, one kind after the other, in floats.
    struct HostPart {
        size_t offset = 0, row = 0;  // in bytes, in floats a board
    };

    void place_values();
    void place_host_rows();
    void make_tables();
    RecordContext context(uint32_t boards, size_t step) const;
    CommandList record(uint32_t boards, const Timestamps* times);
    void check_batch(int batch) const;
    void copy_in(int batch, const PlanInputs& inputs);
    void copy_out(int batch, const PlanOutputs& outputs) const;

    std::shared_ptr<const LoadedModel> owner_;
    std::shared_ptr<const Device> device_;
    const Program& program_;
    const Buffer& weights_;
    BoardShape board_;
    uint32_t max_batch_;
    std::array<HostPart, 3> input_parts_;   // spatial, global, meta
    std::array<HostPart, 5> output_parts_;  // as GraphOutputs::ids()
    Buffer inputs_, outputs_, values_, tables_, scratch_;
    std::vector<BufferRange> ranges_;        // of values, by node; empty where none is stored
    std::vector<BufferRange> table_ranges_;  // by step
    std::optional<DescriptorSets> sets_;
    std::map<uint32_t, CommandList> recorded_;  // by number of boards
};

}  // namespace katago::vulkan
