// SPDX-License-Identifier: MIT
#include "command/benchmark/speed.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <vector>

#include "backend/fma_peak.h"
#include "core/text.h"
#include "eval/eval_thread.h"
#include "search/search.h"

namespace katago {

namespace {

constexpr double kPeakSeconds = 0.05;
constexpr double kRoundSeconds = 0.1;  // of evaluations, at least one

double seconds_since(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values.empty() ? 0 : values[values.size() / 2];
}

std::string two_columns(int number) {
    return (number < 10 ? " " : "") + std::to_string(number);
}

std::string line_up_to_visits(const SearchSpeed& speed, size_t positions) {
    return "numSearchThreads = " + two_columns(speed.threads) + ": " + std::to_string(speed.positions) + " / " +
           std::to_string(positions) + " positions, visits/s = " + fixed_number(speed.visits_per_second(), 2);
}

}  // namespace

SearchSpeed measure_search(Evaluator& evaluator, const SearchParams& params, std::span<const BoardHistory> positions,
                           const std::function<void(const SearchSpeed&)>& progress) {
    SearchSpeed speed;
    speed.threads = params.num_threads;
    Search search(evaluator, params, /*seed=*/0);
    for (const BoardHistory& position : positions) {
        evaluator.clear_cache();
        search.set_position(position);
        const int64_t evaluations = evaluator.stats().evaluations;
        speed.seconds += search.run(SearchLimits{}).seconds;
        speed.evaluations += evaluator.stats().evaluations - evaluations;
        if (const std::optional<NodeValues> values = search.root_values()) speed.visits += values->visits;
        ++speed.positions;
        progress(speed);
    }
    return speed;
}

std::string progress_text(const SearchSpeed& speed, size_t positions) {
    return line_up_to_visits(speed, positions) + " (" + fixed_number(speed.seconds, 1) + " secs)";
}

std::string speed_line(const SearchSpeed& speed, size_t positions) {
    const std::string evaluations = fixed_number(speed.evaluations_per_second(), 2);
    return line_up_to_visits(speed, positions) + " nnEvals/s = " + evaluations + " nnBatches/s = " + evaluations +
           " avgBatchSize = 1.00 (" + fixed_number(speed.seconds, 1) + " secs)";
}

EvaluationSpeed measure_evaluation(Engine& engine, const BoardHistory& position, int rounds) {
    EvalThread thread(engine.evaluator(), /*seed=*/0);
    EvalOptions options;
    options.skip_cache = true;
    auto evaluate = [&] { thread.evaluate(position.board(), position, position.next_player(), options); };
    evaluate();  // compiles the plan

    std::vector<double> seconds;
    std::vector<double> peaks;
    for (int round = 0; round < rounds; ++round) {
        peaks.push_back(measure_fma_peak(kPeakSeconds));
        const auto begin = std::chrono::steady_clock::now();
        int count = 0;
        do {
            evaluate();
            ++count;
        } while (seconds_since(begin) < kRoundSeconds);
        seconds.push_back(seconds_since(begin) / count);
    }
    EvaluationSpeed speed;
    speed.seconds = median(seconds);
    speed.peak_gflops = median(peaks);
    const int64_t multiply_adds = engine.multiply_adds().on(position.board().area());
    speed.gflops = 2 * static_cast<double>(multiply_adds) / speed.seconds * 1e-9;
    return speed;
}

double elo_of(const SearchSpeed& speed, double seconds_per_move) {
    const double rate = std::max(1e-9, speed.visits_per_second());
    return 250 * std::log2(rate) - 7 * speed.threads * std::pow(1600 / (800 + rate * seconds_per_move), 0.85);
}

double peak_memory_mb() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024;
}

double resident_memory_mb() {
    // Pages of the program, then those of them that are in memory.
    std::ifstream file("/proc/self/statm");
    double all_pages = 0;
    double resident_pages = 0;
    file >> all_pages >> resident_pages;
    return file ? resident_pages * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20) : 0;
}

}  // namespace katago
