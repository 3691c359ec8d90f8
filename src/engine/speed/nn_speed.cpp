// SPDX-License-Identifier: MIT
#include "engine/speed/nn_speed.h"

#include <algorithm>
#include <barrier>
#include <chrono>
#include <functional>
#include <memory>

#include "backend/fma_peak.h"
#include "core/thread.h"
#include "engine/benchmark_positions.h"
#include "engine/speed/process_memory.h"
#include "eval/features.h"
#include "nn/stats.h"

namespace katago {

namespace {

using Clock = std::chrono::steady_clock;

// The timed batches are cut into so many parts, each beside a measurement of the peak: the machine may change its pace.
constexpr int kRounds = 5;
constexpr double kPeakSeconds = 0.03;

double seconds_between(Clock::time_point begin, Clock::time_point end) {
    return std::chrono::duration<double>(end - begin).count();
}

// One thread's plans and buffers. Made by one thread, run by another.
class Runner {
  public:
    Runner(const Graph& graph, const LoadedModel& model, std::span<const NnRows> rows, int batch, int first_row)
        : rows_(rows), batch_(batch), next_row_(first_row) {
        size_t area = 0;
        for (const NnRows& board : rows) {
            plans_.push_back(model.compile(board.board, batch));
            area = std::max(area, static_cast<size_t>(board.board.area()));
        }
        const auto count = static_cast<size_t>(batch);
        const auto& outputs = graph.outputs();
        auto channels = [&](NodeId id) { return static_cast<size_t>(graph.node(id).type.channels); };
        policy_.resize(count * area * channels(outputs.policy));
        pass_.resize(count * channels(outputs.pass));
        value_.resize(count * channels(outputs.value));
        score_.resize(count * channels(outputs.score));
        ownership_.resize(count * area);
    }

    void run_batch() {
        next_inputs([&](Plan& plan, const PlanInputs& inputs) { plan.run(batch_, inputs, outputs()); });
    }

    std::vector<StepTime> profile() {
        std::vector<StepTime> times;
        next_inputs([&](Plan& plan, const PlanInputs& inputs) { times = plan.profile(batch_, inputs, outputs()); });
        return times;
    }

    void run(int batches) {
        begin = Clock::now();
        Clock::time_point last = begin;
        for (int i = 0; i < batches; ++i) {
            run_batch();
            end = Clock::now();
            batch_seconds.push_back(seconds_between(last, end));
            last = end;
        }
    }

    std::vector<double> batch_seconds;
    Clock::time_point begin, end;  // of the last run()

  private:
    void next_inputs(const std::function<void(Plan&, const PlanInputs&)>& use) {
        const size_t board = boards_run_++ % rows_.size();
        const NnRows& rows = rows_[board];
        // Whole batches one after the other, so that the inputs differ from one evaluation to the next.
        const int first = next_row_ = (next_row_ + batch_) % (rows.count - batch_ + 1);
        const auto at = [&](const std::vector<float>& all) {
            return all.data() + all.size() / static_cast<size_t>(rows.count) * static_cast<size_t>(first);
        };
        use(*plans_[board], {.spatial = at(rows.spatial),
                             .global = at(rows.global),
                             .meta = rows.meta.empty() ? nullptr : at(rows.meta)});
    }
    PlanOutputs outputs() {
        return {.policy = policy_.data(),
                .pass = pass_.data(),
                .value = value_.data(),
                .score = score_.data(),
                .ownership = ownership_.data()};
    }

    std::span<const NnRows> rows_;
    int batch_;
    int next_row_;
    size_t boards_run_ = 0;
    std::vector<std::unique_ptr<Plan>> plans_;
    std::vector<float> policy_, pass_, value_, score_, ownership_;
};

using Runners = std::vector<std::unique_ptr<Runner>>;

// All runners at the same time, each on a thread. Returns the seconds from the first's beginning to the last's end.
double run_all(Runners& runners, int batches) {
    std::barrier start(static_cast<std::ptrdiff_t>(runners.size()));
    std::vector<std::unique_ptr<Thread>> threads;
    for (const auto& runner : runners)
        threads.push_back(std::make_unique<Thread>([&start, &runner, batches] {
            start.arrive_and_wait();
            runner->run(batches);
        }));
    for (const auto& thread : threads) thread->join();
    Clock::time_point begin = runners.front()->begin;
    Clock::time_point end = runners.front()->end;
    for (const auto& runner : runners) {
        begin = std::min(begin, runner->begin);
        end = std::max(end, runner->end);
    }
    return seconds_between(begin, end);
}

}  // namespace

double median_of(std::vector<double> values) {
    if (values.empty()) return 0;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

NnRows benchmark_rows(const ModelInfo& info, const Graph& graph, int board_length, int count) {
    const RowChannels channels = row_channels(info.input_version);
    NnRows rows;
    rows.board = {board_length, board_length};
    rows.count = count;
    const auto spatial = static_cast<size_t>(rows.board.area()) * static_cast<size_t>(channels.spatial);
    const auto global = static_cast<size_t>(channels.global);
    rows.spatial.resize(static_cast<size_t>(count) * spatial);
    rows.global.resize(static_cast<size_t>(count) * global);
    rows.meta.resize(static_cast<size_t>(count) * static_cast<size_t>(graph.meta_channels()));
    LadderMemory ladders;
    size_t row = 0;
    for (const BoardHistory& position : benchmark_positions(board_length, count)) {
        fill_inputs(info.input_version, {position, position.next_player(), EvalOptions{}, 0}, ladders,
                    rows.spatial.data() + row * spatial, rows.global.data() + row * global);
        ++row;
    }
    return rows;
}

double NnSpeed::median_rate() const {
    double rate = 0;
    for (const double seconds : thread_batch_seconds) rate += load.batch / std::max(seconds, 1e-12);
    return rate;
}

double NnSpeed::milliseconds() const {
    return 1000 * median_of(thread_batch_seconds) / load.batch;
}

double mean_multiply_adds(const Graph& graph, std::span<const NnRows> rows) {
    double sum = 0;
    for (const NnRows& board : rows)
        sum += static_cast<double>(graph_stats(graph, board.board.area()).total.multiply_adds);
    return sum / static_cast<double>(rows.size());
}

NnSpeed measure_nn(const Graph& graph, const LoadedModel& model, std::span<const NnRows> rows, const NnLoad& load) {
    NnSpeed speed;
    speed.load = load;
    Runners runners;
    for (int thread = 0; thread < load.threads; ++thread)
        runners.push_back(std::make_unique<Runner>(graph, model, rows, load.batch, thread));
    // The first batch shows how long the warm-up will take, and that how long the others will.
    double one_batch = run_all(runners, static_cast<int>(rows.size())) / static_cast<double>(rows.size());
    auto that_fit = [&](int batches, double seconds) {
        return static_cast<int>(std::clamp(seconds / std::max(one_batch, 1e-9), 1.0, static_cast<double>(batches)));
    };
    if (load.warmup > 0) {
        const int batches = that_fit(load.warmup, load.max_seconds / 5);
        one_batch = run_all(runners, batches) / batches;
    }
    for (const auto& runner : runners) runner->batch_seconds.clear();

    const int iterations = that_fit(load.iterations, load.max_seconds);
    const int rounds = std::min(kRounds, iterations);
    const auto part_end = [&](int round) { return static_cast<int>(int64_t{iterations} * round / rounds); };
    std::vector<double> peaks;
    for (int round = 0; round < rounds; ++round) {
        peaks.push_back(measure_fma_peak(kPeakSeconds));
        speed.wall_seconds += run_all(runners, part_end(round + 1) - part_end(round));
    }
    speed.load.iterations = iterations;
    for (const auto& runner : runners) speed.thread_batch_seconds.push_back(median_of(runner->batch_seconds));
    speed.evaluations = int64_t{speed.load.iterations} * load.batch * load.threads;
    // Other programs can only slow it down; a low peak would flatter the network.
    speed.peak_gflops = *std::max_element(peaks.begin(), peaks.end());
    speed.gflops = 2e-9 * mean_multiply_adds(graph, rows) * speed.median_rate();
    speed.resident_mb = resident_memory_mb();
    return speed;
}

std::vector<StepProfile> profile_nn(const Graph& graph, const LoadedModel& model, const NnRows& rows, int batch,
                                    int rounds) {
    Runner runner(graph, model, {&rows, 1}, batch, 0);
    const GraphStats stats = graph_stats(graph, rows.board.area());
    std::vector<StepTime> steps = runner.profile();
    std::vector<std::vector<double>> seconds(steps.size());
    for (int round = 0; round < rounds; ++round) {
        steps = runner.profile();
        for (size_t i = 0; i < steps.size(); ++i) seconds[i].push_back(steps[i].seconds);
    }
    std::vector<StepProfile> result;
    for (size_t i = 0; i < steps.size(); ++i) {
        const LayerStats& layer = stats.layers[static_cast<size_t>(steps[i].node)];
        result.push_back(
            {layer.name, std::string(steps[i].kernel), median_of(seconds[i]) / batch, layer.multiply_adds});
    }
    return result;
}

}  // namespace katago
