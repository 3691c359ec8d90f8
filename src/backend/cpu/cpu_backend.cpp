// SPDX-License-Identifier: MIT
#include "backend/cpu/cpu_backend.h"

#include <algorithm>

#include "backend/cpu/ops/libraries.h"
#include "backend/cpu/plan/plan.h"
#include "backend/cpu/program/program.h"
#include "backend/cpu/tune/measure.h"
#include "core/error.h"
#include "core/machine.h"

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
    bool computes_in_int8() const { return cpu::layers_in(program_, cpu::Arithmetic::Int8) > 0; }
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

bool has_gemm(const cpu::KernelSet& kernels, cpu::Arithmetic arithmetic) {
    return cpu::find_linear(kernels, cpu::LinearLayer::Gemm, arithmetic) != nullptr;
}

std::string megabytes(int64_t bytes) {
    return std::to_string(bytes >> 20) + " MB";
}

// Where 8-bit weights are accepted so is FP16, for the layers that keep more: then nothing is measured for those, nor
// where FP16 is asked for by the kernels of one provider.
bool takes_our_fp16(const cpu::KernelSet& kernels, const LoadOptions& options) {
    if (options.precision == Precision::Fp16) return options.kernels || options.tuning_folder.empty();
    return options.precision == Precision::Int8 && has_gemm(kernels, cpu::Arithmetic::Fp16);
}

// Whether the trunk's kernels are chosen by measurement: not without a folder to keep that in, nor of our own in FP32,
// where there is one for each kind of layer.
bool measures_trunk(const cpu::KernelSet& kernels, const LoadOptions& options) {
    const bool one_of_each = options.precision == Precision::Fp32 && options.kernels == KernelProvider::Own;
    return !options.tuning_folder.empty() && !one_of_each && !takes_our_fp16(kernels, options);
}

// The linear layers that load() measures kernels for: the trunk's, and those whose INT8 a library's kernels take too.
cpu::CandidatesByShape measured_shapes(const Graph& graph, const cpu::KernelSet& kernels, const LoadOptions& options) {
    cpu::CandidatesByShape shapes;
    if (measures_trunk(kernels, options)) shapes = cpu::trunk_candidates(graph, kernels, options.precision);
    if (options.precision == Precision::Int8 && !options.kernels && !options.tuning_folder.empty())
        shapes.merge(cpu::library_int8_candidates(graph, kernels));
    return shapes;
}

cpu::PlanChoices choose(const Graph& graph, const cpu::InstructionSet& set, const LoadOptions& options) {
    const cpu::KernelSet& kernels = cpu::kernels_for(set);
    cpu::PlanChoices choices;
    choices.provider = options.kernels;
    choices.int8 = options.precision == Precision::Int8;
    choices.fp16_weights = options.precision == Precision::Fp16;
    if (takes_our_fp16(kernels, options)) {
        choices.kernels = cpu::fp16_choices(graph, kernels);
    } else if (options.tuning_folder.empty() && options.precision != Precision::Fp32) {
        choices.kernels = cpu::usual_choices(graph, kernels);
    }
    const cpu::CandidatesByShape shapes = measured_shapes(graph, kernels, options);
    if (!shapes.empty())
        choices.kernels.merge(cpu::fastest_choices(cpu::measure(shapes, set, options), options.kernels));
    for (const auto& [shape, candidates] : shapes)  // what there was no time to measure
        choices.kernels.try_emplace(shape, cpu::usual_kernel(candidates.kernels));
    // By name, attention is the provider's like all else.
    if (measures_trunk(kernels, options) && !options.kernels) {
        const auto candidates = cpu::attention_candidates(kernels, choices.kernels);
        choices.attention = cpu::fastest_attention(graph, cpu::measure_attention(graph, candidates, set, options));
    }
    return choices;
}

// Whether the fastest kernels' weights do not fit the memory, so that 8-bit ones are chosen. Before that our own
// kernels are, where a library's would keep a copy for each thread, of which there is at most one a core.
bool save_memory(const Graph& graph, const cpu::InstructionSet& set, const LoadOptions& options,
                 cpu::PlanChoices& choices) {
    const cpu::KernelSet& kernels = cpu::kernels_for(set);
    const auto wanted = [&] { return cpu::trunk_weight_bytes(graph, choices, kernels, usable_cores()); };
    const auto tell = [&](const std::string& what) {
        if (options.log)
            options.log("The weights of the fastest kernels take " + megabytes(wanted()) + ", and there is room for " +
                        megabytes(options.memory_bytes) + ": taking " + what);
    };
    const auto fits = [&] { return wanted() <= options.memory_bytes; };
    const bool copies = std::any_of(choices.kernels.begin(), choices.kernels.end(),
                                    [](const auto& choice) { return !choice.second->shares_weights; });
    if (copies && !options.kernels && !fits()) {
        tell("our own kernels, whose weights threads share");
        LoadOptions own = options;
        own.kernels = KernelProvider::Own, own.measure_again = false;
        choices = choose(graph, set, own);
    }
    if (!has_gemm(kernels, cpu::Arithmetic::Int8) || fits()) return false;
    tell("8-bit weights");
    choices.int8 = true;
    return true;
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

std::shared_ptr<const LoadedModel> CpuBackend::load(const Graph& graph, const LoadOptions& options) const {
    const cpu::KernelSet& kernels = cpu::kernels_for(set_);
    tell_what_is_missing(kernels, options);
    cpu::PlanChoices choices = choose(graph, set_, options);
    const bool saves_memory =
        options.precision == Precision::Auto && options.memory_bytes > 0 && save_memory(graph, set_, options, choices);
    auto model = std::make_shared<const CpuModel>(graph, kernels, choices, saves_memory);
    if (options.log) {
        if (options.precision == Precision::Int8 && !has_gemm(kernels, cpu::Arithmetic::Int8) &&
            !model->computes_in_int8())
            options.log("No kernels with 8-bit weights for " + std::string(set_.name) + ": computing without");
        constexpr size_t kWorthSaying = size_t{1} << 20;
        if (const size_t bytes = model->weight_bytes_of_each_plan(); bytes >= kWorthSaying)
            options.log("This version of XNNPACK does not share weights: each thread keeps " + megabytes(bytes) +
                        " of them");
    }
    return model;
}

std::vector<KernelTiming> CpuBackend::kernel_timings(const Graph& graph, const LoadOptions& options) const {
    const cpu::KernelSet& kernels = cpu::kernels_for(set_);
    cpu::CandidatesByShape shapes = cpu::trunk_candidates(graph, kernels, options.precision);
    if (options.precision == Precision::Int8) shapes.merge(cpu::library_int8_candidates(graph, kernels));
    const cpu::Measurements measured = cpu::measure(shapes, set_, options);
    const cpu::KernelChoices choices = cpu::fastest_choices(measured, options.kernels);
    std::vector<KernelTiming> timings;
    for (const auto& [shape, candidates] : measured) {
        for (const auto& [kernel, seconds] : candidates) {
            timings.push_back({cpu::name_of(shape), shapes.at(shape).layers, std::string(kernel->name), seconds,
                               choices.at(shape) == kernel});
        }
    }
    if (options.kernels) return timings;
    const auto attention = cpu::measure_attention(graph, cpu::attention_candidates(kernels, choices), set_, options);
    const cpu::AttentionKernel* const chosen = cpu::fastest_attention(graph, attention);
    const std::map<cpu::AttentionShape, int> layers = cpu::attention_shapes(graph);
    for (const auto& [shape, times] : attention) {
        for (const auto& [kernel, seconds] : times) {
            timings.push_back(
                {cpu::name_of(shape), layers.at(shape), std::string(kernel->name), seconds, chosen == kernel});
        }
    }
    return timings;
}

KeptTuning CpuBackend::kept_tuning(const Graph& graph, const LoadOptions& options) const {
    const cpu::CandidatesByShape shapes = measured_shapes(graph, cpu::kernels_for(set_), options);
    return shapes.empty() ? KeptTuning{} : cpu::kept_measurements(shapes, set_, options);
}

}  // namespace katago
