// SPDX-License-Identifier: MIT
// Layers whose INT8 weights a library's kernels take too, and weights of which a library keeps a copy for each thread.
#include <doctest/doctest.h>

#include <filesystem>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "backend/cpu/cpu_backend.h"
#include "backend/cpu/program/program.h"
#include "backend/cpu/small_net.h"
#include "backend/cpu/tested_sets.h"
#include "backend/cpu/tune/measure.h"
#include "backend/tuning_file.h"
#include "backend/tuning_folder.h"
#include "core/file.h"
#include "nn/random_int8.h"

using namespace katago;
using cpu::Arithmetic, cpu::LinearLayer;
using test_nets::small_net;

namespace {

// As small_net(), a 3x3 convolution with a scale for each 16 inputs, and a gemm with one for each output if
// `one_scale`.
Graph int8_net(bool one_scale) {
    test_nets::RandomNet net(1);
    test_nets::Numbers numbers(2);
    const NodeId in = net.conv(net.planes, 24, 3);
    const Conv2d conv{3, 3, 24, 40, 1, 1, test_nets::random_int8(numbers, 9, 24, 40, 16)};
    const Conv2d point{1, 1, 40, 24, 1, 1, test_nets::random_int8(numbers, 1, 40, 24, one_scale ? 40 : 16)};
    return net.build(net.add(point, {net.add(conv, {in})}));
}

template <class Test>
void for_each_set(const Test& test) {
    for (const cpu::InstructionSet& set : tested_instruction_sets()) {
        CAPTURE(std::string(name_of(set)));
        test(set, cpu::kernels_for(set));
    }
}

const cpu::LinearKernel* gemm(const cpu::KernelSet& kernels, Arithmetic arithmetic, KernelProvider provider) {
    const cpu::LinearKernel* kernel = cpu::find_linear(kernels, LinearLayer::Gemm, arithmetic, provider);
    return kernel != nullptr && cpu::is_available(*kernel) ? kernel : nullptr;
}

constexpr cpu::LayerShape kGemmShape{LinearLayer::Gemm, 40, 24}, kInt8Shape{LinearLayer::Gemm, 40, 24, true};

LoadOptions int8_options(const TuningFolder& folder, std::vector<std::string>& lines) {
    LoadOptions options;
    options.precision = Precision::Int8;
    options.tuning_folder = folder.path();
    options.log = [&](const std::string& line) { lines.push_back(line); };
    return options;
}

// Keeps, of every shape that was measured, one microsecond for this kernel where it has one and a second for others.
void pretend_fastest(const TuningFolder& folder, std::string_view kernel) {
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
        std::istringstream text(read_file(entry.path()));
        std::string identity, line;
        std::getline(text, identity);
        TuningFile file(entry.path(), identity);
        while (std::getline(text, line)) {
            const size_t tab = line.find('\t');
            if (tab == std::string::npos) continue;
            std::istringstream measured(line.substr(tab + 1));
            std::string pretended, name, seconds;
            while (measured >> name >> seconds) pretended += " " + name + (name == kernel ? " 1e-06" : " 1");
            file.set(line.substr(0, tab), pretended.substr(1));
        }
        file.save();
    }
}

}  // namespace

TEST_CASE("library INT8: only layers with one scale for each output are offered, and FP32 networks none") {
    for_each_set([](const cpu::InstructionSet&, const cpu::KernelSet& kernels) {
        CHECK(cpu::library_int8_candidates(small_net(), kernels).empty());
        CHECK(cpu::library_int8_candidates(int8_net(false), kernels).empty());
        const cpu::CandidatesByShape found = cpu::library_int8_candidates(int8_net(true), kernels);
        const bool can = cpu::find_linear(kernels, LinearLayer::Gemm, Arithmetic::Int8, KernelProvider::Xnnpack);
        REQUIRE(found.size() == (can ? 1 : 0));
        if (!can) return;
        CHECK(found.begin()->first == kInt8Shape);
        CHECK(name_of(kInt8Shape) == "int8 dense 40x24");
        CHECK(found.begin()->second.layers == 1);
        CHECK(found.begin()->second.kernels.front()->provider == KernelProvider::Own);
        CHECK(found.begin()->second.kernels.back()->name == "xnn_gemm_qd8_qc8w");
    });
}

TEST_CASE("library INT8: the faster of both kernels computes a layer that both take, and blocks stay ours") {
    for_each_set([](const cpu::InstructionSet& set, const cpu::KernelSet& kernels) {
        const cpu::LinearKernel* theirs = gemm(kernels, Arithmetic::Int8, KernelProvider::Xnnpack);
        if (theirs == nullptr) return;
        const TuningFolder folder;
        std::vector<std::string> lines;
        const LoadOptions options = int8_options(folder, lines);
        const Graph graph = int8_net(true);
        bool is_shown = false;
        for (const KernelTiming& timing : CpuBackend(set).kernel_timings(graph, options))
            is_shown = is_shown || (timing.kernel == theirs->name && timing.shape == "int8 dense 40x24");
        CHECK(is_shown);
        const auto says_xnnpack = [&] {
            return CpuBackend(set).load(graph, options)->description().find("XNNPACK computes 1 ") != std::string::npos;
        };
        pretend_fastest(folder, theirs->name);
        CHECK(says_xnnpack());
        pretend_fastest(folder, "");  // a tie
        CHECK_FALSE(says_xnnpack());
        CHECK(lines.size() == (cpu::find_linear(kernels, LinearLayer::Gemm, Arithmetic::Int8) ? 0 : 1));
    });
}

TEST_CASE("library weights: what each thread keeps a copy of counts once for each") {
    for_each_set([](const cpu::InstructionSet&, const cpu::KernelSet& kernels) {
        const Graph graph = small_net();
        const auto bytes = [&](KernelProvider provider, int plans) {
            const cpu::LinearKernel* kernel = gemm(kernels, Arithmetic::Fp32, provider);
            const cpu::PlanChoices choices{.kernels = {{kGemmShape, kernel}}, .provider = std::nullopt};
            return cpu::trunk_weight_bytes(graph, choices, kernels, plans);
        };
        CHECK(bytes(KernelProvider::Own, 1) == bytes(KernelProvider::Own, 4));
        const cpu::LinearKernel* theirs = gemm(kernels, Arithmetic::Fp32, KernelProvider::Xnnpack);
        if (theirs == nullptr) return;
        const int64_t copy = theirs->shares_weights ? 0 : int64_t{4} * 40 * 24;
        CHECK(bytes(KernelProvider::Xnnpack, 4) == bytes(KernelProvider::Own, 1) + 4 * copy);
    });
}

TEST_CASE("library weights: where copies for each thread do not fit, our own kernels are taken, then 8-bit weights") {
    for_each_set([](const cpu::InstructionSet& set, const cpu::KernelSet& kernels) {
        const cpu::LinearKernel* theirs = gemm(kernels, Arithmetic::Fp32, KernelProvider::Xnnpack);
        if (theirs == nullptr || theirs->shares_weights) return;
        const TuningFolder folder;
        std::vector<std::string> lines;
        LoadOptions options = int8_options(folder, lines);
        options.precision = Precision::Auto;
        CHECK(CpuBackend(set).load(small_net(), options) != nullptr);
        pretend_fastest(folder, theirs->name);
        CHECK(CpuBackend(set).load(small_net(), options)->description().find("XNNPACK") != std::string::npos);
        CHECK(lines.empty());
        options.memory_bytes = cpu::trunk_weight_bytes(small_net(), {.kernels = {}}, kernels, 1);
        const auto model = CpuBackend(set).load(small_net(), options);
        CHECK(model->description().find("XNNPACK") == std::string::npos);
        CHECK_FALSE(model->saves_memory());
        REQUIRE(lines.size() == 1);
        CHECK(lines[0].find("taking our own kernels") != std::string::npos);
    });
}
