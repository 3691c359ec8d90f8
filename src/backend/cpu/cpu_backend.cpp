// SPDX-License-Identifier: MIT
#include "backend/cpu/cpu_backend.h"

#include "backend/cpu/plan.h"
#include "backend/cpu/planner.h"
#include "backend/cpu/program.h"
#include "core/error.h"

namespace katago {

namespace {

class CpuModel final : public LoadedModel {
  public:
    CpuModel(const Graph& graph, const cpu::Kernels& kernels, const cpu::PlanChoices& choices, bool saves_memory)
        : program_(cpu::lower(graph, kernels, choices)), saves_memory_(saves_memory) {}

    std::unique_ptr<Plan> compile(BoardShape board, int max_batch) const override {
        return std::make_unique<cpu::CpuPlan>(shared_from_this(), program_, board, max_batch);
    }
    std::string description() const override { return cpu::describe_precision(program_); }
    bool saves_memory() const override { return saves_memory_; }

  private:
    cpu::Program program_;
    bool saves_memory_;
};

}  // namespace

std::string CpuBackend::description() const {
    const cpu::Kernels& kernels = cpu::kernels_for(set_);
    const std::string numbers = kernels.mixed_columns              ? "FP32 with 16-bit integers, stored in FP16"
                                : kernels.integer_dense != nullptr ? "FP32 or 16-bit integers"
                                : kernels.half_dense != nullptr    ? "FP32 or FP16"
                                : kernels.half_winograd != nullptr ? "FP32, stored in FP16 where that is enough"
                                                                   : "FP32";
    return numbers + ", Winograd and packed matrix products, " + std::string(cpu::name_of(set_));
}

std::shared_ptr<const LoadedModel> CpuBackend::load(const Graph& graph, const LoadOptions& options) const {
    const cpu::Kernels& kernels = cpu::kernels_for(set_);
    cpu::PlanChoices choices;
    // Where 8-bit weights are accepted so are halves, for the layers that keep more: then nothing is measured.
    const bool int8_takes_halves = options.precision == Precision::Int8 && kernels.half_dense != nullptr;
    if (options.precision == Precision::Fp16 || int8_takes_halves) {
        choices.kernels = cpu::half_choices(graph, kernels);
    } else if (options.precision == Precision::Auto || options.precision == Precision::Int8) {
        choices.kernels = options.tuning_folder.empty() ? cpu::usual_choices(graph, kernels)
                                                        : cpu::fastest_choices(cpu::measure(graph, kernels, options));
    }
    choices.int8 = options.precision == Precision::Int8;
    choices.half_weights = options.precision == Precision::Fp16;
    if (choices.int8 && kernels.int8_product == nullptr && options.log)
        options.log("No kernels with 8-bit weights for " + std::string(cpu::name_of(set_)) + ": computing without");
    bool saves_memory = false;
    if (options.precision == Precision::Auto && options.memory_bytes > 0 && kernels.int8_product != nullptr) {
        const int64_t wanted = cpu::trunk_weight_bytes(graph, choices, kernels);
        saves_memory = choices.int8 = wanted > options.memory_bytes;
        if (saves_memory && options.log) {
            options.log("The weights of the fastest kernels take " + std::to_string(wanted >> 20) +
                        " MB, and there is room for " + std::to_string(options.memory_bytes >> 20) +
                        " MB: taking 8-bit weights");
        }
    }
    return std::make_shared<const CpuModel>(graph, kernels, choices, saves_memory);
}

std::vector<KernelTiming> CpuBackend::kernel_timings(const Graph& graph, const LoadOptions& options) const {
    const cpu::Measurements measured = cpu::measure(graph, cpu::kernels_for(set_), options);
    const cpu::KernelChoices choices = cpu::fastest_choices(measured);
    const std::map<cpu::ProductShape, int> layers = cpu::product_shapes(graph);
    std::vector<KernelTiming> timings;
    for (const auto& [shape, candidates] : measured) {
        for (const auto& [kernel, seconds] : candidates) {
            timings.push_back({cpu::name_of(shape), layers.at(shape), std::string(cpu::name_of(kernel)), seconds,
                               choices.at(shape) == kernel});
        }
    }
    return timings;
}

}  // namespace katago
