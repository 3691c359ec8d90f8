// SPDX-License-Identifier: MIT
#include "engine/speed/search_speed.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/text.h"

namespace katago {

namespace {

std::string two_columns(int number) {
    return (number < 10 ? " " : "") + std::to_string(number);
}

std::string line_up_to_visits(const SearchSpeed& speed, size_t positions) {
    return "numSearchThreads = " + two_columns(speed.threads) + ": " + std::to_string(speed.positions) + " / " +
           std::to_string(positions) + " positions, visits/s = " + fixed_number(speed.visits_per_second(), 2);
}

}  // namespace

SearchSpeed measure_search(Search& search, Evaluator& evaluator, std::span<const BoardHistory> positions,
                           const std::function<void(const SearchSpeed&)>& progress) {
    SearchSpeed speed;
    speed.threads = search.params().num_threads;
    for (const BoardHistory& position : positions) {
        evaluator.clear_cache();
        search.set_position(position);
        const EvaluatorStats before = evaluator.stats();
        speed.seconds += search.run(SearchLimits{}).seconds;
        const EvaluatorStats after = evaluator.stats();
        speed.evaluations += after.evaluations - before.evaluations;
        speed.batches += after.batches - before.batches;
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
    return line_up_to_visits(speed, positions) + " nnEvals/s = " + fixed_number(speed.evaluations_per_second(), 2) +
           " nnBatches/s = " + fixed_number(speed.batches_per_second(), 2) +
           " avgBatchSize = " + fixed_number(speed.mean_batch(), 2) + " (" + fixed_number(speed.seconds, 1) + " secs)";
}

double elo_of(const SearchSpeed& speed, double seconds_per_move) {
    const double rate = std::max(1e-9, speed.visits_per_second());
    return 250 * std::log2(rate) - 7 * speed.threads * std::pow(1600 / (800 + rate * seconds_per_move), 0.85);
}

}  // namespace katago
