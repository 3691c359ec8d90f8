// SPDX-License-Identifier: MIT
#include "command/benchmark/benchmarknn_report.h"

#include <algorithm>

#include "command/version.h"
#include "core/text.h"
#include "report/text_table.h"

namespace katago {

namespace {

std::string with_commas(const std::vector<int>& numbers) {
    std::vector<std::string> texts;
    for (const int number : numbers) texts.push_back(std::to_string(number));
    return join(texts, ",");
}

double of_peak(const NnSpeed& speed) {
    return speed.peak_gflops > 0 ? speed.gflops / speed.peak_gflops : 0;
}

void print_reference_lines(const NnReport& report, std::ostream& out) {
    const NnSpeed& speed = report.first.speed;
    const int longest = *std::max_element(report.board_lengths.begin(), report.board_lengths.end());
    out << "internal model: " << report.model_name << "\nrevision/backend: " << product_line() << ", "
        << report.computes_with.text() << "\nboard sizes: " << with_commas(report.board_lengths) << " (NN buffer "
        << longest << "x" << longest << ")"
        << "\nFP16: " << (report.first.precision == Precision::Fp16 ? "true" : "false")
        << "\nbatch size per thread: " << speed.load.batch << "\nNN server threads: " << speed.load.threads
        << "\ntimed iterations per thread: " << speed.load.iterations << "\n";
    for (size_t i = 0; i < speed.thread_batch_seconds.size(); ++i) {
        const double seconds = speed.thread_batch_seconds[i];
        out << "thread " << i << ": " << fixed_number(1000 * seconds, 4) << " ms/batch median, "
            << fixed_number(speed.load.batch / seconds, 6) << " nnEval/s\n";
    }
    out << "sum of per-thread median rates: " << fixed_number(speed.median_rate(), 6)
        << " nnEval/s\nwall time of timed region: " << fixed_number(speed.wall_seconds, 6)
        << " s\noverall throughput (wall): " << fixed_number(speed.wall_rate(), 6) << " nnEval/s\n";
}

TextTable comparison_table(const NnReport& report) {
    TextTable table({"precision", "batch", "threads", "evals/s", "ms/eval", "GFLOP/s", "P", "memory MB"});
    auto add = [&](const NnMeasurement& measurement) {
        const NnSpeed& speed = measurement.speed;
        table.add({std::string(name_of(measurement.precision)), std::to_string(speed.load.batch),
                   std::to_string(speed.load.threads), fixed_number(speed.median_rate(), 1),
                   fixed_number(speed.milliseconds(), 3), fixed_number(speed.gflops, 1),
                   fixed_number(of_peak(speed), 2), fixed_number(speed.resident_mb, 0)});
    };
    for (const NnMeasurement& measurement : report.comparisons) add(measurement);
    return table;
}

TextTable profile_table(const NnReport& report) {
    double total = 0;
    for (const StepProfile& step : report.profile) total += step.seconds;
    TextTable table({"microseconds", "share %", "GFLOP/s", "P", "kernel", "layer"}, /*first_left_column=*/4);
    for (const StepProfile& step : report.profile) {
        const double gflops = 2e-9 * static_cast<double>(step.multiply_adds) / std::max(step.seconds, 1e-12);
        const bool counts = step.multiply_adds > 0;
        table.add({fixed_number(1e6 * step.seconds, 1), fixed_number(100 * step.seconds / total, 1),
                   counts ? fixed_number(gflops, 1) : "",
                   counts ? fixed_number(gflops / report.profile_peak_gflops, 2) : "", step.kernel, step.layer});
    }
    return table;
}

// The same by kernel, the slowest first.
TextTable kernel_table(const NnReport& report) {
    std::vector<StepProfile> kernels;
    std::vector<int> counts;
    double total = 0;
    for (const StepProfile& step : report.profile) {
        total += step.seconds;
        auto found = std::find_if(kernels.begin(), kernels.end(),
                                  [&](const StepProfile& kernel) { return kernel.kernel == step.kernel; });
        if (found == kernels.end()) {
            kernels.push_back({"", step.kernel, 0, 0});
            counts.push_back(0);
            found = std::prev(kernels.end());
        }
        found->seconds += step.seconds;
        found->multiply_adds += step.multiply_adds;
        const int count = ++counts[static_cast<size_t>(found - kernels.begin())];
        found->layer = std::to_string(count) + (count == 1 ? " layer" : " layers");
    }
    std::sort(kernels.begin(), kernels.end(), [](const auto& a, const auto& b) { return a.seconds > b.seconds; });
    NnReport summary = report;
    summary.profile = kernels;
    return profile_table(summary);
}

// As the reference lists the devices of its threads.
nlohmann::ordered_json device_indices(const BackendDevice& computes_with) {
    nlohmann::ordered_json indices = nlohmann::ordered_json::array();
    if (computes_with.device) indices.push_back(computes_with.device->index);
    return indices;
}

nlohmann::ordered_json json_of(const NnMeasurement& measurement) {
    const NnSpeed& speed = measurement.speed;
    return {{"precision", name_of(measurement.precision)},
            {"batchSize", speed.load.batch},
            {"numThreads", speed.load.threads},
            {"numIterations", speed.load.iterations},
            {"nnEvalsPerSec", speed.median_rate()},
            {"msPerEval", speed.milliseconds()},
            {"gflops", speed.gflops},
            {"peakGflops", speed.peak_gflops},
            {"multipleOfPeak", of_peak(speed)},
            {"residentMemoryMB", speed.resident_mb}};
}

}  // namespace

void print_nn_report(const NnReport& report, std::ostream& out) {
    print_reference_lines(report, out);
    const NnSpeed& speed = report.first.speed;
    out << "precision: " << name_of(report.first.precision)
        << "\none evaluation: " << fixed_number(speed.milliseconds(), 3) << " ms, "
        << fixed_number(report.multiply_adds * 1e-9, 3)
        << " G multiply-adds\neffective: " << fixed_number(speed.gflops, 1)
        << " GFLOP/s = " << fixed_number(of_peak(speed), 2)
        << " P (P, one core's 256-bit FP32 multiply-adds: " << fixed_number(speed.peak_gflops, 1) << " GFLOP/s)\n";
    if (!report.comparisons.empty()) out << "\n" << comparison_table(report).text();
    if (!report.profile.empty())
        out << "\n" << profile_table(report).text() << "\nby kernel:\n" << kernel_table(report).text();
    out << "\npeak memory: " << fixed_number(report.peak_memory_mb, 0) << " MB" << std::endl;
}

nlohmann::ordered_json nn_report_json(const NnReport& report) {
    const NnSpeed& speed = report.first.speed;
    std::vector<double> medians;
    std::vector<double> rates;
    for (const double seconds : speed.thread_batch_seconds) {
        medians.push_back(1000 * seconds);
        rates.push_back(speed.load.batch / seconds);
    }
    nlohmann::ordered_json json = {{"modelFile", report.model_file},
                                   {"modelName", report.model_name},
                                   {"revision", product_line()},
                                   {"boardSizes", report.board_lengths},
                                   {"requireExactNNLen", report.require_exact_length},
                                   {"usingFP16", report.first.precision == Precision::Fp16},
                                   {"batchSize", speed.load.batch},
                                   {"numThreads", speed.load.threads},
                                   {"numIterations", speed.load.iterations},
                                   {"gpuIdxs", device_indices(report.computes_with)},
                                   {"perThreadMedianMs", medians},
                                   {"perThreadNNEvalsPerSec", rates},
                                   {"sumMedianNNEvalsPerSec", speed.median_rate()},
                                   {"actualWallSeconds", speed.wall_seconds},
                                   {"actualWallNNEvalsPerSec", speed.wall_rate()},
                                   {"backend", report.computes_with.text()},
                                   {"precision", name_of(report.first.precision)},
                                   {"computesIn", report.computes_in},
                                   {"multiplyAdds", report.multiply_adds},
                                   {"msPerEval", speed.milliseconds()},
                                   {"gflops", speed.gflops},
                                   {"peakGflops", speed.peak_gflops},
                                   {"multipleOfPeak", of_peak(speed)},
                                   {"residentMemoryMB", speed.resident_mb},
                                   {"peakMemoryMB", report.peak_memory_mb}};
    for (const NnMeasurement& measurement : report.comparisons) json["comparisons"].push_back(json_of(measurement));
    for (const StepProfile& step : report.profile)
        json["profile"].push_back({{"layer", step.layer},
                                   {"kernel", step.kernel},
                                   {"microseconds", 1e6 * step.seconds},
                                   {"multiplyAdds", step.multiply_adds}});
    return json;
}

}  // namespace katago
