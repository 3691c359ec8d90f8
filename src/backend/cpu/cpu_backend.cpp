// SPDX-License-Identifier: MIT
#include "backend/cpu/cpu_backend.h"

#include <algorithm>

#include "backend/cpu/ops/libraries.h"
#include "backend/cpu/plan/plan.h"
#include "backend/cpu/program/program.h"
#include "backend/cpu/tune/measure.h"
#include "core/error.h"

namespace katago {

namespace {

class CpuModel final : public LoadedModel {
  public:
    CpuModel(const Graph& graph, const cpu::KernelSet& kernels, const cpu::PlanChoices& choices, bool saves_memory)
        : program_(cpu::lower(graph, kernels, choices)), saves_memory_(saves_memory) {}

    std::unique_ptr<Plan> compile(BoardShape board, int max_batch) const override {
        return std::make_unique<cpu::CpuPlan>(shared_from_this(), program_, board, max_batch);
    }
    std::string description() const override { return cpu::describe_precision(program_); }
    bool saves_memory() const override { return saves_memory_; }
    size_t weight_bytes_of_each_plan() const { return cpu::weight_bytes_of_each_plan(program_); }

  private:
    cpu::Program program_;
    bool saves_memory_;
};

// That a provider which was asked for by name has no kernels here.
void tell_what_is_missing(const cpu::KernelSet& kernels, const LoadOptions& options) {
    if (!options.kernels || !options.log) return;
    const auto works = [&](const cpu::LinearKernel& kernel) {
        return kernel.provider == *options.kernels && cpu::is_available(kernel);
    };
    if (std::none_of(kernels.linear.begin(), kernels.linear.end(), works)) {
        options.log("No kernels of " + std::string(name_of(*options.kernels)) +
                    " here, computing with our own: " + cpu::why_not_available(*options.kernels));
    }
}

}  // namespace

std::string CpuBackend::description() const {
    using cpu::Arithmetic, cpu::LinearLayer;
    const auto has = [&](LinearLayer layer, Arithmetic arithmetic) {
        return cpu::find_linear(cpu::kernels_for(set_), layer, arithmetic) != nullptr;
    };
    const bool int16 = has(LinearLayer::Gemm, Arithmetic::Int16),
               fp16_storage = has(LinearLayer::Conv3x3, Arithmetic::Fp16);
    const std::string numbers = int16 && fp16_storage                      ? "FP32 with 16-bit integers, stored in FP16"
                                : int16                                    ? "FP32 or 16-bit integers"
                                : has(LinearLayer::Gemm, Arithmetic::Fp16) ? "FP32 or FP16"
                                : fp16_storage                             ? "FP32, stored in FP16 where that is enough"
                                                                           : "FP32";
    return numbers + ", Winograd and packed matrix products, " + std::string(set_.name) + "; " +
           cpu::library_versions();
}

// Where 8-bit weights are accepted so is FP16, for the layers that keep more: then nothing is measured.
bool CpuBackend::loads_fp16(const LoadOptions& options) const {
    using cpu::Arithmetic, cpu::LinearLayer;
    const bool has_fp16 = cpu::find_linear(cpu::kernels_for(set_), LinearLayer::Gemm, Arithmetic::Fp16) != nullptr;
    return options.precision == Precision::Fp16 || (options.precision == Precision::Int8 && has_fp16);
}

// Our own kernels in FP32 are one for each kind of layer: there is nothing to choose.
bool CpuBackend::loads_as_measured(const LoadOptions& options) const {
    const bool one_of_each = options.precision == Precision::Fp32 && options.kernels == KernelProvider::Own;
    return !options.tuning_folder.empty() && !one_of_each && !loads_fp16(options);
}

std::shared_ptr<const LoadedModel> CpuBackend::load(const Graph& graph, const LoadOptions& options) const {
    const cpu::KernelSet& kernels = cpu::kernels_for(set_);
    using cpu::Arithmetic, cpu::LinearLayer;
    const bool has_int8 = cpu::find_linear(kernels, LinearLayer::Gemm, Arithmetic::Int8) != nullptr;
    cpu::PlanChoices choices;
    choices.provider = options.kernels;
    tell_what_is_missing(kernels, options);
    if (loads_fp16(options)) {
        choices.kernels = cpu::fp16_choices(graph, kernels);
    } else if (loads_as_measured(options)) {
        choices.kernels = cpu::fastest_choices(cpu::measure(graph, set_, options), options.kernels);
    } else if (options.precision != Precision::Fp32) {
        choices.kernels = cpu::usual_choices(graph, kernels);
    }
    choices.int8 = options.precision == Precision::Int8;
    choices.fp16_weights = options.precision == Precision::Fp16;
    if (choices.int8 && !has_int8 && options.log)
        options.log("No kernels with 8-bit weights for " + std::string(set_.name) + ": computing without");
    bool saves_memory = false;
    if (options.precision == Precision::Auto && options.memory_bytes > 0 && has_int8) {
        const int64_t wanted = cpu::trunk_weight_bytes(graph, choices, kernels);
        saves_memory = choices.int8 = wanted > options.memory_bytes;
        if (saves_memory && options.log) {
            options.log("The weights of the fastest kernels take " + std::to_string(wanted >> 20) +
                        " MB, and there is room for " + std::to_string(options.memory_bytes >> 20) +
                        " MB: taking 8-bit weights");
        }
    }
    auto model = std::make_shared<const CpuModel>(graph, kernels, choices, saves_memory);
    constexpr size_t kWorthSaying = size_t{1} << 20;
    if (const size_t bytes = model->weight_bytes_of_each_plan(); bytes >= kWorthSaying && options.log) {
        options.log("This version of XNNPACK does not share weights: each thread keeps " + std::to_string(bytes >> 20) +
                    " MB of them");
    }
    return model;
}

std::vector<KernelTiming> CpuBackend::kernel_timings(const Graph& graph, const LoadOptions& options) const {
    const cpu::Measurements measured = cpu::measure(graph, set_, options);
    const cpu::KernelChoices choices = cpu::fastest_choices(measured, options.kernels);
    const std::map<cpu::LayerShape, int> layers = cpu::layer_shapes(graph);
    std::vector<KernelTiming> timings;
    for (const auto& [shape, candidates] : measured) {
        for (const auto& [kernel, seconds] : candidates) {
            timings.push_back({cpu::name_of(shape), layers.at(shape), std::string(kernel->name), seconds,
                               choices.at(shape) == kernel});
        }
    }
    return timings;
}

KeptTuning CpuBackend::kept_tuning(const Graph& graph, const LoadOptions& options) const {
    return loads_as_measured(options) ? cpu::kept_measurements(graph, set_, options) : KeptTuning{};
}

}  // namespace katago
