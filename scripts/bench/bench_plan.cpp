// SPDX-License-Identifier: MIT
// bench_plan MODEL [BATCH [THREADS [EDGE [PRECISION]]]]: evaluations a second of the CPU backend in every instruction
// set of this machine and every precision, or the one named, by our own kernels, by those of each library, and by the
// fastest of all for each layer (measured anew), in multiples of P. All of these run alternately; medians of several
// rounds.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <string_view>
#include <thread>
#include <vector>

#include "backend/cpu/cpu_backend.h"
#include "backend/fma_peak.h"
#include "nn/format/model_file.h"
#include "nn/stats.h"

using namespace katago;

namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

// A position of the usual density: every point on the board, half of the points stones, some with marks.
std::vector<float> spatial_rows(const Graph& graph, BoardShape board, int batch) {
    const int channels = graph.spatial_channels();
    std::vector<float> rows(static_cast<size_t>(batch * board.area() * channels));
    uint32_t state = 12345;
    for (size_t point = 0; point < rows.size() / static_cast<size_t>(channels); ++point) {
        float* row = rows.data() + point * static_cast<size_t>(channels);
        row[0] = 1;
        state = state * 1664525u + 1013904223u;
        const uint32_t kind = state >> 29;  // 0 to 7
        if (kind < 4) row[1 + kind % 2] = 1;
        if (kind == 1) row[3 + (state >> 20) % 3] = 1;
        if (kind < 6 && channels > 19) row[18 + kind % 2] = 1;
    }
    return rows;
}

// Evaluations a second of one plan for about `seconds`.
double rate_of(Plan& plan, const Graph& graph, BoardShape board, int batch, double seconds) {
    const std::vector<float> spatial = spatial_rows(graph, board, batch);
    const auto rows = static_cast<size_t>(batch);
    const std::vector<float> global(rows * static_cast<size_t>(graph.global_channels()), 0.5f);
    const std::vector<float> meta(rows * static_cast<size_t>(graph.meta_channels()), 0.5f);
    const auto channels = [&](NodeId id) { return rows * static_cast<size_t>(graph.node(id).type.channels); };
    const size_t area = static_cast<size_t>(board.area());
    const GraphOutputs& outputs = graph.outputs();
    std::vector<float> policy(channels(outputs.policy) * area), pass(channels(outputs.pass));
    std::vector<float> value(channels(outputs.value)), score(channels(outputs.score)), ownership(rows * area);
    const PlanInputs in{spatial.data(), global.data(), meta.data()};
    const PlanOutputs out{policy.data(), pass.data(), value.data(), score.data(), ownership.data()};
    plan.run(batch, in, out);
    int runs = 0;
    const auto start = std::chrono::steady_clock::now();
    do {
        plan.run(batch, in, out);
        ++runs;
    } while (seconds_since(start) < seconds);
    return runs * batch / seconds_since(start);
}

// The same in several threads at once, each with a plan of its own.
double rate_of_threads(const LoadedModel& model, const Graph& graph, BoardShape board, int batch, int threads) {
    constexpr double kSeconds = 0.12;  // dozens of evaluations of small networks, two of the largest
    std::vector<std::unique_ptr<Plan>> plans;
    for (int t = 0; t < threads; ++t) plans.push_back(model.compile(board, batch));
    std::vector<double> rates(plans.size());
    std::vector<std::thread> workers;
    for (size_t t = 0; t < plans.size(); ++t) {
        workers.emplace_back([&, t] { rates[t] = rate_of(*plans[t], graph, board, batch, kSeconds); });
    }
    for (std::thread& worker : workers) worker.join();
    double sum = 0;
    for (const double rate : rates) sum += rate;
    return sum;
}

// One way to compute a network, and its rate in each round.
struct Contestant {
    std::string_view kernels;
    std::shared_ptr<const LoadedModel> model;
    std::vector<double> rates;
};

std::vector<Contestant> load_contestants(const Graph& graph, const cpu::InstructionSet& set, Precision precision,
                                         int threads) {
    std::vector<Contestant> contestants;
    for (const std::string_view kernels : {"own", "xnnpack", "eigen", "auto"}) {
        LoadOptions options;
        options.precision = precision;
        options.kernels = parse_kernel_provider(kernels, "kernels");
        options.measure_again = true;
        options.threads = threads;
        options.tuning_folder = std::filesystem::temp_directory_path() / "katago-bench-plan";
        contestants.push_back({kernels, CpuBackend(set).load(graph, options), {}});
    }
    return contestants;
}

void bench(const std::vector<const char*>& args) {
    const auto argument = [&](size_t i, int otherwise) { return args.size() > i ? std::atoi(args[i]) : otherwise; };
    const int batch = argument(1, 1), threads = argument(2, 1), edge = argument(3, 19);
    const BoardShape board{edge, edge};
    const Model model = read_model(args[0]);
    const double gigaflops = 2e-9 * static_cast<double>(graph_stats(*model.graph, board.area()).total.multiply_adds);
    std::printf("%s: %.3f G multiply-adds, batch %d, %d threads, %dx%d\n", model.info.name.c_str(), gigaflops / 2,
                batch, threads, edge, edge);
    constexpr int kRounds = 5;
    for (const cpu::InstructionSet& set : cpu::available_instruction_sets()) {
        for (const Precision precision : {Precision::Fp32, Precision::Fp16, Precision::Int8, Precision::Auto}) {
            if (args.size() > 4 && name_of(precision) != args[4]) continue;
            std::vector<Contestant> contestants = load_contestants(*model.graph, set, precision, threads);
            std::vector<double> peaks;
            for (int round = 0; round < kRounds; ++round) {
                peaks.push_back(measure_fma_peak(0.1));
                for (Contestant& c : contestants)
                    c.rates.push_back(rate_of_threads(*c.model, *model.graph, board, batch, threads));
            }
            const double peak = median(peaks), own = median(contestants.front().rates);
            for (const Contestant& c : contestants) {
                const double rate = median(c.rates);
                std::printf("%-14s %-4s %-8s %8.2f ms, %.3f P, %.3f of own; %s\n", cpu::name_of(set).data(),
                            name_of(precision).data(), c.kernels.data(), 1e3 * threads / rate,
                            rate * gigaflops / peak / threads, rate / own, c.model->description().c_str());
            }
            std::fflush(stdout);
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "usage: bench_plan MODEL [BATCH [THREADS [EDGE [PRECISION]]]]\n");
        return 2;
    }
    try {
        bench({argv + 1, argv + argc});
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench_plan: %s\n", error.what());
        return 1;
    }
    return 0;
}
