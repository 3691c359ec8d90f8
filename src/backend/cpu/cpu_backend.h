// SPDX-License-Identifier: MIT
#pragma once

#include "backend/backend.h"
#include "backend/cpu/isa/instruction_set.h"

namespace katago {

// The CPU: fused steps, Winograd 3x3 convolutions and packed matrix products in the best vector instructions of the
// machine; in FP32, or (Precision::Auto) the trunk in 16-bit integers where those are faster. Stateless.
class CpuBackend final : public Backend {
  public:
    CpuBackend() : CpuBackend(cpu::available_instruction_sets().front()) {}
    // For tests and benchmarks: another of the available instruction sets.
    explicit CpuBackend(cpu::InstructionSet set) : set_(set) {}

    std::string name() const override { return "cpu"; }
    std::string description() const override;
    using Backend::load;
    std::shared_ptr<const LoadedModel> load(const Graph& graph, const LoadOptions& options) const override;
    std::vector<KernelTiming> kernel_timings(const Graph& graph, const LoadOptions& options) const override;
    KeptTuning kept_tuning(const Graph& graph, const LoadOptions& options) const override;

  private:
    cpu::InstructionSet set_;
};

}  // namespace katago
