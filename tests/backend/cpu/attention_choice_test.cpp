// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include "backend/cpu/check_parity.h"
#include "backend/cpu/cpu_backend.h"
#include "backend/tuning_file.h"
#include "backend/tuning_folder.h"
#include "core/file.h"

using namespace katago;

namespace {

constexpr const char* kShape = "attention 2/1x8+4";

// Its attention has that shape, twice.
Graph net_with_attention() {
    test_nets::RandomNet net(2);
    NodeId trunk = test_parity::stem(net, 16);
    for (int i = 0; i < 2; ++i) {
        const NodeId attended = test_parity::attention(net, trunk, {2, 1, 8, 4, {}}, false);
        trunk = net.add(Add{}, {trunk, net.matmul(attended, 16)});
    }
    return net.build(trunk);
}

std::vector<KernelTiming> timings_of_attention(const Backend& backend, const Graph& graph, const LoadOptions& options) {
    std::vector<KernelTiming> timings = backend.kernel_timings(graph, options);
    std::erase_if(timings, [](const KernelTiming& timing) { return timing.shape != kShape; });
    return timings;
}

// The kernels that a loaded network runs.
std::set<std::string> kernels_of(const LoadedModel& model, const Graph& graph) {
    const BoardShape board{5, 5};
    const test_parity::Inputs in(graph, board, 1);
    test_parity::Outputs out(graph, board, 1);
    std::set<std::string> kernels;
    for (const StepTime& step : model.compile(board, 1)->profile(1, in.pointers(), out.pointers()))
        kernels.insert(std::string(step.kernel));
    return kernels;
}

}  // namespace

TEST_CASE("attention: ours and libraries' kernels are measured, and the fastest computes") {
    const TuningFolder folder;
    const Graph graph = net_with_attention();
    LoadOptions options;
    options.precision = Precision::Auto;
    options.tuning_folder = folder.path();
    const CpuBackend backend(cpu::available_instruction_sets().back());
    const std::vector<KernelTiming> measured = timings_of_attention(backend, graph, options);
    REQUIRE(measured.size() >= 2);
    CHECK(std::count_if(measured.begin(), measured.end(), [](const KernelTiming& t) { return t.chosen; }) == 1);
    const std::filesystem::path file = backend.kept_tuning(graph, options).file;
    const std::string text = read_file(file);
    // Which of ours is measured depends on the gemms that are the fastest: the rest of the file keeps them.
    for (const KernelTiming& wanted : measured) {
        if (!std::isfinite(wanted.seconds)) continue;  // a library that is missing here
        const std::string& fastest = wanted.kernel;
        CAPTURE(fastest);
        std::string times;
        for (const KernelTiming& timing : measured)
            times += timing.kernel + (timing.kernel == fastest ? " 1e-6 " : " 1e-3 ");
        TuningFile tuning(file, text.substr(0, text.find('\n')));
        tuning.set(kShape, times);
        tuning.save();
        for (const KernelTiming& timing : timings_of_attention(backend, graph, options)) {
            CHECK(timing.layers == 2);
            CHECK(timing.chosen == (timing.kernel == fastest));
        }
        CHECK(kernels_of(*backend.load(graph, options), graph).count(fastest) == 1);
    }
}
