// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "backend/cpu/cpu_backend.h"
#include "backend/cpu/small_net.h"
#include "backend/cpu/tested_sets.h"
#include "backend/cpu/tune/measure.h"
#include "backend/tuning_folder.h"
#include "core/error.h"
#include "core/file.h"

using namespace katago;
using test_nets::small_net;

namespace {

bool has_int8(const cpu::InstructionSet& set) {
    return cpu::find_linear(cpu::kernels_for(set), cpu::LinearLayer::Gemm, cpu::Arithmetic::Int8) != nullptr;
}

LoadOptions kept_in(const TuningFolder& folder) {
    LoadOptions options;
    options.precision = Precision::Auto;
    options.tuning_folder = folder.path();
    return options;
}

}  // namespace

TEST_CASE("cpu tuning: measures each shape of the trunk once and keeps it") {
    const TuningFolder folder;
    const Graph graph = small_net();
    LoadOptions options = kept_in(folder);
    int measured = 0;
    options.progress = [&](int, int all) {
        CHECK(all == 2);
        ++measured;
    };
    const CpuBackend backend;
    const auto first = backend.kernel_timings(graph, options);
    CHECK(measured == 2);
    CHECK(folder.files() == 1);
    const auto second = backend.kernel_timings(graph, options);
    CHECK(measured == 2);
    REQUIRE(first.size() == second.size());
    int chosen = 0;
    for (size_t i = 0; i < first.size(); ++i) {
        CHECK(first[i].kernel == second[i].kernel);
        CHECK(first[i].seconds > 0);
        CHECK(first[i].chosen == second[i].chosen);
        chosen += first[i].chosen;
    }
    CHECK(chosen == 2);
    options.measure_again = true;
    CHECK(backend.kernel_timings(graph, options).size() == first.size());
    CHECK(measured == 4);
    CHECK(backend.load(graph, options) != nullptr);
}

TEST_CASE("cpu tuning: each number of threads is measured for itself, and kept beside the others") {
    const TuningFolder folder;
    LoadOptions options = kept_in(folder);
    int measured = 0;
    options.progress = [&](int, int) { ++measured; };
    const CpuBackend backend;
    for (const int threads : {1, 3, 1, 3}) {
        options.threads = threads;
        for (const KernelTiming& timing : backend.kernel_timings(small_net(), options)) CHECK(timing.seconds > 0);
        CHECK(backend.kept_tuning(small_net(), options).is_complete());
    }
    CHECK(measured == 4);
}

TEST_CASE("cpu tuning: what one precision measured is there after another has measured the same shapes") {
    const TuningFolder folder;
    LoadOptions options;
    options.tuning_folder = folder.path();
    int measured = 0;
    options.progress = [&](int, int) { ++measured; };
    const CpuBackend backend;
    for (const Precision precision : {Precision::Auto, Precision::Fp16, Precision::Fp32}) {
        options.precision = precision;
        backend.kernel_timings(small_net(), options);
    }
    const int before = measured;
    for (const Precision precision : {Precision::Auto, Precision::Fp16, Precision::Fp32}) {
        options.precision = precision;
        backend.kernel_timings(small_net(), options);
    }
    CHECK(measured == before);
}

TEST_CASE("cpu tuning: what is kept is told without measuring or writing") {
    const TuningFolder folder;
    const Graph graph = small_net();
    LoadOptions options = kept_in(folder);
    const CpuBackend backend;
    KeptTuning kept = backend.kept_tuning(graph, options);
    CHECK(kept.shapes == 2);
    CHECK(kept.measured == 0);
    CHECK(kept.fault.empty());
    CHECK(!std::filesystem::exists(folder.path()));
    backend.kernel_timings(graph, options);
    CHECK(backend.kept_tuning(graph, options).is_complete());
    write_file(kept.file, "other");
    kept = backend.kept_tuning(graph, options);
    CHECK(!kept.is_complete());
    CHECK(kept.fault == "it is damaged");
    options.precision = Precision::Fp32;
    options.kernels = KernelProvider::Own;
    CHECK(backend.kept_tuning(graph, options).file.empty());
}

TEST_CASE("cpu tuning: takes 8-bit weights where memory is short, and says so") {
    for (const cpu::InstructionSet& set : tested_instruction_sets()) {
        LoadOptions options;
        options.precision = Precision::Auto;
        std::vector<std::string> lines;
        options.log = [&](const std::string& line) { lines.push_back(line); };
        options.memory_bytes = 1000;
        const bool can = has_int8(set);
        const auto small = CpuBackend(set).load(small_net(), options);
        CHECK(small->saves_memory() == can);
        CHECK(lines.size() == (can ? 1 : 0));
        CHECK((small->description().find("8-bit") != std::string::npos) == can);
        options.memory_bytes = 1 << 30;
        CHECK_FALSE(CpuBackend(set).load(small_net(), options)->saves_memory());
        options.memory_bytes = 1000, options.precision = Precision::Fp32;
        CHECK_FALSE(CpuBackend(set).load(small_net(), options)->saves_memory());
    }
}

TEST_CASE("cpu tuning: a folder that cannot be written is reported, not fatal") {
    const TuningFolder folder;
    std::filesystem::create_directories(folder.path());
    write_file(folder.path() / "file", "");
    LoadOptions options;
    options.precision = Precision::Auto;
    options.tuning_folder = folder.path() / "file" / "below";
    std::vector<std::string> lines;
    options.log = [&](const std::string& line) { lines.push_back(line); };
    CHECK(CpuBackend().load(small_net(), options) != nullptr);
    CHECK(lines.size() == 1);
}

TEST_CASE("cpu: precisions have names, and plans say what they compute in") {
    for (const Precision precision : {Precision::Auto, Precision::Fp32, Precision::Fp16, Precision::Int8})
        CHECK(parse_precision(name_of(precision), "nnPrecision") == precision);
    CHECK_THROWS_AS(parse_precision("bf16", "nnPrecision"), ConfigError);
    for (const cpu::InstructionSet& set : tested_instruction_sets()) {
        LoadOptions options;
        options.precision = Precision::Fp16;
        const CpuBackend backend(set);
        CHECK(backend.load(small_net(), options)->description().find("FP16") != std::string::npos);
        options.precision = Precision::Int8;
        std::vector<std::string> lines;
        options.log = [&](const std::string& line) { lines.push_back(line); };
        const bool can = has_int8(set);
        CHECK((backend.load(small_net(), options)->description().find("8-bit") != std::string::npos) == can);
        CHECK(lines.empty() == can);
    }
}

TEST_CASE("cpu tuning: the fastest kernel is taken") {
    using cpu::Arithmetic;
    constexpr cpu::LayerShape kShape{cpu::LinearLayer::Conv3x3, 96, 96};
    const cpu::KernelSet& kernels = cpu::kernels_for(cpu::available_instruction_sets().back());
    const auto kernel = [&](Arithmetic arithmetic) {
        cpu::LinearKernel changed = *cpu::find_linear(kernels, kShape.layer, Arithmetic::Fp32);
        changed.arithmetic = arithmetic;
        return changed;
    };
    const cpu::LinearKernel f32 = kernel(Arithmetic::Fp32), s16 = kernel(Arithmetic::Int16),
                            f16 = kernel(Arithmetic::Fp16);
    const auto chosen = [&](std::vector<cpu::Candidate> candidates) {
        return cpu::fastest_choices({{kShape, std::move(candidates)}}, std::nullopt).at(kShape);
    };
    CHECK(chosen({{&f32, 2e-4}, {&s16, 1e-4}}) == &s16);
    CHECK(chosen({{&f32, 1.0e-4}, {&s16, 1.1e-4}}) == &f32);
    CHECK(chosen({{&f32, 1.0e-4}, {&f16, 1.2e-4}}) == &f32);
    CHECK(chosen({{&f32, 1.2e-4}, {&f16, 1.0e-4}}) == &f16);
}
