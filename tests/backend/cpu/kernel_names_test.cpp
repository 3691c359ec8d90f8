// SPDX-License-Identifier: MIT
// Whatever names a kernel to a user takes the name from its descriptor.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "backend/cpu/cpu_backend.h"
#include "backend/cpu/program/choose.h"
#include "backend/cpu/program/program.h"
#include "backend/cpu/small_net.h"
#include "backend/cpu/tested_sets.h"
#include "backend/tuning_folder.h"

using namespace katago;
using test_nets::small_net;

namespace {

template <class Test>
void for_each_set(const Test& test) {
    for (const cpu::InstructionSet& set : tested_instruction_sets()) {
        CAPTURE(std::string(name_of(set)));
        test(set, cpu::kernels_for(set));
    }
}

const cpu::LinearKernel* kernel_named(const cpu::KernelSet& kernels, std::string_view name) {
    const auto found = std::find_if(kernels.linear.begin(), kernels.linear.end(),
                                    [&](const cpu::LinearKernel& kernel) { return kernel.name == name; });
    return found == kernels.linear.end() ? nullptr : &*found;
}

}  // namespace

TEST_CASE("cpu kernel names: shapes and candidates are called as tables and files call them") {
    CHECK(cpu::name_of({cpu::LinearLayer::Conv3x3, 24, 40}) == "conv3x3 24x40");
    CHECK(cpu::name_of({cpu::LinearLayer::Gemm, 40, 24}) == "dense 40x24");
    for_each_set([](const cpu::InstructionSet&, const cpu::KernelSet& kernels) {
        const Graph graph = small_net();
        for (const auto& [shape, layers] : cpu::layer_shapes(graph)) {
            auto candidates = cpu::candidates_for(graph, shape, kernels, Precision::Auto);
            REQUIRE(!candidates.empty());
            CHECK(candidates.front()->name == (shape.layer == cpu::LinearLayer::Conv3x3 ? "winograd_f32" : "gemm_f32"));
            for (const cpu::LinearKernel* kernel : candidates) CHECK(kernel_named(kernels, kernel->name) == kernel);
            std::erase_if(candidates, [](const auto* kernel) { return kernel->provider != KernelProvider::Own; });
            CHECK(cpu::usual_choices(graph, kernels).at(shape) == candidates.back());
        }
    });
}

TEST_CASE("cpu kernel names: timings tell of each candidate of each shape, and choose one") {
    const TuningFolder folder;
    for_each_set([&](const cpu::InstructionSet& set, const cpu::KernelSet& kernels) {
        const Graph graph = small_net();
        LoadOptions options;
        options.precision = Precision::Auto;
        options.tuning_folder = folder.path();
        std::multiset<std::string> wanted, found;
        for (const auto& [shape, layers] : cpu::layer_shapes(graph)) {
            for (const cpu::LinearKernel* kernel : cpu::candidates_for(graph, shape, kernels, Precision::Auto))
                wanted.insert(cpu::name_of(shape) + " " + std::string(kernel->name));
        }
        for (const KernelTiming& timing : CpuBackend(set).kernel_timings(graph, options))
            found.insert(timing.shape + " " + timing.kernel);
        CHECK(found == wanted);
    });
}

TEST_CASE("cpu kernel names: profiles call linear steps as their descriptors do") {
    for_each_set([](const cpu::InstructionSet&, const cpu::KernelSet& kernels) {
        const Graph graph = small_net();
        const cpu::Program program = cpu::lower(graph, kernels, {.kernels = cpu::usual_choices(graph, kernels)});
        int linear_steps = 0;
        for (const cpu::Step& step : program.steps) {
            const auto* linear = std::get_if<cpu::LinearStep>(&step.operation);
            if (linear == nullptr) continue;
            CHECK(kernel_named(kernels, cpu::kernel_name(step)) == linear->kernel);
            ++linear_steps;
        }
        CHECK(linear_steps > 2);
    });
}
