// SPDX-License-Identifier: MIT
// Kernels of libraries beside our own: asked for by name, or taken where they are faster.
#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "backend/cpu/cpu_backend.h"
#include "backend/cpu/program/program.h"
#include "backend/cpu/small_net.h"
#include "backend/cpu/tested_sets.h"
#include "backend/cpu/tune/measure.h"
#include "backend/tuning_folder.h"
#include "core/error.h"

using namespace katago;
using cpu::Arithmetic, cpu::LinearLayer;
using test_nets::small_net;

namespace {

constexpr KernelProvider kProviders[] = {KernelProvider::Own, KernelProvider::Xnnpack, KernelProvider::Eigen};

template <class Test>
void for_each_set(const Test& test) {
    for (const cpu::InstructionSet& set : tested_instruction_sets()) {
        CAPTURE(std::string(name_of(set)));
        test(set, cpu::kernels_for(set));
    }
}

bool has(const cpu::KernelSet& kernels, Arithmetic arithmetic, KernelProvider provider) {
    const cpu::LinearKernel* kernel = cpu::find_linear(kernels, LinearLayer::Gemm, arithmetic, provider);
    return kernel != nullptr && cpu::is_available(*kernel);
}

// The linear steps of a small network, by whose kernels they run on.
std::vector<const cpu::LinearKernel*> linear_kernels(const cpu::KernelSet& kernels, const cpu::PlanChoices& choices) {
    std::vector<const cpu::LinearKernel*> found;
    const cpu::Program program = cpu::lower(small_net(), kernels, choices);
    for (const cpu::Step& step : program.steps)
        if (const auto* linear = std::get_if<cpu::LinearStep>(&step.operation)) found.push_back(linear->kernel);
    return found;
}

}  // namespace

TEST_CASE("kernel providers: names are read and told") {
    for (const KernelProvider provider : kProviders)
        CHECK(parse_kernel_provider(name_of(provider), "nnKernels") == provider);
    CHECK(parse_kernel_provider("auto", "nnKernels") == std::nullopt);
    CHECK_THROWS_WITH_AS(parse_kernel_provider("XNNPACK", "nnKernels"),
                         "nnKernels: 'XNNPACK', must be one of auto, own, xnnpack, eigen", ConfigError);
}

TEST_CASE("kernel providers: by name, every linear layer runs on theirs, heads too") {
    for_each_set([](const cpu::InstructionSet&, const cpu::KernelSet& kernels) {
        for (const KernelProvider provider : kProviders) {
            if (!has(kernels, Arithmetic::Fp32, provider)) continue;
            const auto found = linear_kernels(kernels, {.kernels = {}, .provider = provider});
            CHECK(found.size() > 2);
            for (const cpu::LinearKernel* kernel : found) {
                CHECK(kernel->provider == provider);
                CHECK(kernel->arithmetic == Arithmetic::Fp32);
            }
        }
    });
}

TEST_CASE("kernel providers: by name in INT8, the layers that tolerate it do, where the provider can") {
    for_each_set([](const cpu::InstructionSet&, const cpu::KernelSet& kernels) {
        for (const KernelProvider provider : {KernelProvider::Xnnpack, KernelProvider::Eigen}) {
            if (!has(kernels, Arithmetic::Fp32, provider)) continue;
            int int8 = 0;
            for (const cpu::LinearKernel* kernel :
                 linear_kernels(kernels, {.kernels = {}, .provider = provider, .int8 = true})) {
                CHECK(kernel->provider == provider);
                int8 += kernel->arithmetic == Arithmetic::Int8;
            }
            CHECK((int8 > 0) == has(kernels, Arithmetic::Int8, provider));
        }
    });
}

TEST_CASE("kernel providers: descriptions tell who computes how much, and what is missing is said") {
    for_each_set([](const cpu::InstructionSet& set, const cpu::KernelSet& kernels) {
        for (const auto& [provider, name] :
             {std::pair{KernelProvider::Xnnpack, "XNNPACK"}, std::pair{KernelProvider::Eigen, "Eigen"}}) {
            LoadOptions options;
            options.kernels = provider;
            std::vector<std::string> lines;
            options.log = [&](const std::string& line) { lines.push_back(line); };
            const std::string text = CpuBackend(set).load(small_net(), options)->description();
            const bool can = has(kernels, Arithmetic::Fp32, provider);
            CHECK((text.find(std::string(name) + " computes ") != std::string::npos) == can);
            CHECK(lines.size() == (can ? 0 : 1));
        }
    });
}

TEST_CASE("kernel providers: a library's kernel has to gain more than measurements vary") {
    const cpu::KernelSet& kernels = cpu::kernels_for(cpu::available_instruction_sets().back());
    constexpr cpu::LayerShape kShape{LinearLayer::Gemm, 96, 96};
    const cpu::LinearKernel* own = cpu::find_linear(kernels, LinearLayer::Gemm, Arithmetic::Fp32);
    const cpu::LinearKernel* eigen =
        cpu::find_linear(kernels, LinearLayer::Gemm, Arithmetic::Fp32, KernelProvider::Eigen);
    REQUIRE(eigen != nullptr);
    const auto chosen = [&](double own_seconds, double eigen_seconds, std::optional<KernelProvider> provider) {
        return cpu::fastest_choices({{kShape, {{own, own_seconds}, {eigen, eigen_seconds}}}}, provider).at(kShape);
    };
    constexpr double kCannotRun = std::numeric_limits<double>::infinity();
    CHECK(chosen(1.00, 0.98, std::nullopt) == own);
    CHECK(chosen(1.00, 0.96, std::nullopt) == eigen);
    CHECK(chosen(1.00, 2.00, KernelProvider::Eigen) == eigen);
    CHECK(chosen(1.00, 0.50, KernelProvider::Own) == own);
    CHECK(chosen(1.00, kCannotRun, std::nullopt) == own);
    CHECK(chosen(1.00, kCannotRun, KernelProvider::Eigen) == own);
}

TEST_CASE(
    "kernel providers: FP16 may be computed in FP16 or FP32 by all of them, and FP16 of libraries is for it alone") {
    for_each_set([](const cpu::InstructionSet&, const cpu::KernelSet& kernels) {
        for (const auto& [shape, layers] : cpu::layer_shapes(small_net())) {
            const auto has_candidate = [&](const cpu::LinearKernel& kernel, Precision precision) {
                const auto all = cpu::candidates_for(small_net(), shape, kernels, precision);
                return std::find(all.begin(), all.end(), &kernel) != all.end();
            };
            for (const cpu::LinearKernel& kernel : kernels.linear) {
                if (kernel.layer != shape.layer) continue;
                const bool fp16 = kernel.arithmetic == Arithmetic::Fp16, fp32 = kernel.arithmetic == Arithmetic::Fp32;
                CAPTURE(std::string(kernel.name));
                CHECK(has_candidate(kernel, Precision::Fp16) == (fp16 || fp32));
                if (fp16 && kernel.provider != KernelProvider::Own) CHECK(!has_candidate(kernel, Precision::Auto));
            }
        }
    });
}

TEST_CASE("kernel providers: FP16 of libraries is left to those who ask for it by name where there is attention") {
    for_each_set([](const cpu::InstructionSet&, const cpu::KernelSet& kernels) {
        for (const cpu::LinearKernel& kernel : kernels.linear) {
            if (kernel.arithmetic != Arithmetic::Fp16 || kernel.provider == KernelProvider::Own) continue;
            CHECK(!kernel.accepts({.asked = Arithmetic::Fp16, .attention = true}));
            CHECK(kernel.accepts({.asked = Arithmetic::Fp16, .attention = true, .by_name = true}));
        }
    });
}

TEST_CASE("kernel providers: asked for FP16, the fastest is measured, and by the name of ours nothing is") {
    for_each_set([](const cpu::InstructionSet& set, const cpu::KernelSet&) {
        for (const std::optional<KernelProvider> provider : {std::optional<KernelProvider>(), {KernelProvider::Own}}) {
            const TuningFolder folder;
            LoadOptions options;
            options.precision = Precision::Fp16;
            options.kernels = provider;
            options.tuning_folder = folder.path();
            int measured = 0;
            options.progress = [&](int, int) { ++measured; };
            CpuBackend(set).load(small_net(), options);
            CHECK((measured > 0) == !provider.has_value());
        }
    });
}

TEST_CASE("kernel providers: by name, no other library's kernels are measured") {
    const TuningFolder folder;
    for_each_set([&](const cpu::InstructionSet& set, const cpu::KernelSet& kernels) {
        for (const KernelProvider provider : {KernelProvider::Own, KernelProvider::Eigen}) {
            LoadOptions options;
            options.precision = Precision::Auto;
            options.kernels = provider;
            options.tuning_folder = folder.path();
            options.measure_again = true;
            bool theirs = false;
            for (const KernelTiming& timing : CpuBackend(set).kernel_timings(small_net(), options)) {
                const auto kernel =
                    std::find_if(kernels.linear.begin(), kernels.linear.end(),
                                 [&](const cpu::LinearKernel& one) { return one.name == timing.kernel; });
                REQUIRE(kernel != kernels.linear.end());
                CHECK((kernel->provider == KernelProvider::Own || kernel->provider == provider));
                theirs = theirs || kernel->provider == provider;
            }
            CHECK(theirs);
        }
    });
}
