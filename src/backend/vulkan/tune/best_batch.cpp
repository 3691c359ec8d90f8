// SPDX-License-Identifier: MIT
#include "backend/vulkan/tune/best_batch.h"

#include <algorithm>
#include <chrono>
#include <vector>

#include "backend/tuning_file.h"
#include "core/text.h"
#include "nn/stats.h"

namespace katago::vulkan {

namespace {

constexpr int kUsual = 16, kUsualOnSoftware = 4;
constexpr int kMost = 64;
// Raise it when kernels change their speed.
constexpr int kVersion = 1;
constexpr double kMustGain = 1.07;       // by twice as many boards
constexpr double kLongestBatch_s = 0.5;  // a search should not wait longer for its rows
constexpr int kRuns = 5;
constexpr BoardShape kBoard{.height = 19, .width = 19};

double seconds_of(Plan& plan, int boards, const PlanInputs& inputs, const PlanOutputs& outputs) {
    std::vector<double> seconds;
    for (int run = 0; run < kRuns; ++run) {
        const auto begin = std::chrono::steady_clock::now();
        plan.run(boards, inputs, outputs);
        seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
        if (seconds.back() > kLongestBatch_s) return seconds.back();
    }
    return *std::min_element(seconds.begin() + 1, seconds.end());
}

int measure(const LoadedModel& model, const Graph& graph, const LoadOptions& options) {
    const auto floats = [&](NodeId id) {
        const TensorType& type = graph.node(id).type;
        const int points = type.kind == TensorKind::Vector ? 1 : kBoard.area();
        return std::vector<float>(static_cast<size_t>(kMost * points * type.channels));
    };
    const GraphOutputs& ids = graph.outputs();
    std::vector<float> policy = floats(ids.policy), pass = floats(ids.pass), value = floats(ids.value),
                       score = floats(ids.score), ownership = floats(ids.ownership);
    const std::vector<float> ones(
        static_cast<size_t>(kMost * std::max({kBoard.area() * graph.spatial_channels(), graph.global_channels(),
                                              graph.meta_channels()})),
        1.0f);
    const PlanInputs inputs{ones.data(), ones.data(), ones.data()};
    const PlanOutputs outputs{policy.data(), pass.data(), value.data(), score.data(), ownership.data()};
    int best = 1;
    double best_rate = 0;
    for (int boards = 1, step = 0; boards <= kMost; boards *= 2, ++step) {
        if (options.progress) options.progress(step, 7);
        const double seconds = seconds_of(*model.compile(kBoard, boards), boards, inputs, outputs);
        const double rate = boards / seconds;
        if (boards > 1 && (rate < best_rate * kMustGain || seconds > kLongestBatch_s)) break;
        best = boards, best_rate = rate;
    }
    return best;
}

}  // namespace

int best_batch(const PhysicalDevice& device, const LoadedModel& model, const Graph& graph, const LoadOptions& options) {
    if (device.is_software) return kUsualOnSoftware;
    if (options.tuning_folder.empty()) return kUsual;
    TuningFile file(options.tuning_folder / "vulkan-batches.txt",
                    "katago vulkan batches " + std::to_string(kVersion) + ", " + device.info.identity);
    const std::string key = std::to_string(graph.nodes().size()) + " layers, " +
                            std::to_string(multiply_adds(graph).on(kBoard.area())) + " multiply-adds, " +
                            model.description();
    const std::optional<int> kept = parse_int(file.find(key).value_or(""));
    if (kept && *kept >= 1 && *kept <= kMost && !options.measure_again) return *kept;
    // With kernels that were left to a later start it would be another: their time is over, so is this one's.
    if (!options.time->goes_on(MeasuringTime::kKernelShare)) {
        options.time->leave("the size of batches");
        return kUsual;
    }
    const int measured = measure(model, graph, options);
    options.time->count();
    file.set(key, std::to_string(measured));
    file.save_or_tell("Measurements of batches are", options.log);
    return measured;
}

}  // namespace katago::vulkan
