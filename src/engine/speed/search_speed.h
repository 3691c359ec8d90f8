// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "eval/evaluator.h"
#include "game/history.h"
#include "search/search.h"

namespace katago {

// What a search has done on some positions. A value.
struct SearchSpeed {
    int threads = 0;
    int positions = 0;
    int64_t visits = 0;
    int64_t evaluations = 0;
    int64_t batches = 0;  // that the evaluations were computed in
    double seconds = 0;

    double visits_per_second() const { return seconds > 0 ? static_cast<double>(visits) / seconds : 0; }
    double evaluations_per_second() const { return seconds > 0 ? static_cast<double>(evaluations) / seconds : 0; }
    double batches_per_second() const { return seconds > 0 ? static_cast<double>(batches) / seconds : 0; }
    double mean_batch() const { return EvaluatorStats{.evaluations = evaluations, .batches = batches}.mean_batch(); }
};

// Searches each position from scratch, until a limit of the search's parameters; the cache of its evaluator is emptied
// before. `progress` is called after each.
SearchSpeed measure_search(Search& search, Evaluator& evaluator, std::span<const BoardHistory> positions,
                           const std::function<void(const SearchSpeed&)>& progress);

// "numSearchThreads =  2: 10 / 10 positions, visits/s = ...", as the reference prints it.
std::string speed_line(const SearchSpeed& speed, size_t positions);
// The shorter line that it prints while the search goes on.
std::string progress_text(const SearchSpeed& speed, size_t positions);

// Strength that a speed is worth, in Elo up to a constant: more visits help, but more threads spread them worse.
// Source: KataGo's benchmark.
double elo_of(const SearchSpeed& speed, double seconds_per_move);

}  // namespace katago
