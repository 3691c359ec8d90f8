// SPDX-License-Identifier: MIT
#include "engine/speed/evaluation_speed.h"

#include <chrono>
#include <vector>

#include "backend/fma_peak.h"
#include "engine/speed/nn_speed.h"
#include "eval/eval_thread.h"

namespace katago {

namespace {

constexpr double kPeakSeconds = 0.05;
constexpr double kRoundSeconds = 0.1;  // of evaluations, at least one

double seconds_since(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

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
    speed.seconds = median_of(seconds);
    speed.peak_gflops = median_of(peaks);
    const int64_t multiply_adds = engine.multiply_adds().on(position.board().area());
    speed.gflops = 2 * static_cast<double>(multiply_adds) / speed.seconds * 1e-9;
    return speed;
}

}  // namespace katago
