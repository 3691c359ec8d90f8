// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "engine/speed/search_speed.h"
#include "engine/thread_counts.h"

namespace katago {

// The numbers of threads worth a try: 1, 3 and 5 times a power of two, up to the number of cores. Every thread
// evaluates by itself, so that more threads than cores only wait for each other.
std::vector<int> thread_candidates(int cores);
// Those, or where threads share batches the powers of two up to twice the useful number.
std::vector<int> thread_candidates(const ThreadCounts& threads);

// Finds the number of threads that is best for a search of some seconds: a ternary search over ascending `candidates`,
// each measured at most once. Source: KataGo's benchmark. Returns what was measured, by ascending threads.
std::vector<SearchSpeed> search_threads(std::span<const int> candidates, double seconds_per_move,
                                        const std::function<SearchSpeed(int threads)>& measure);

// The index of the best one. Needs at least one.
size_t best_of(std::span<const SearchSpeed> speeds, double seconds_per_move);

// " (EloDiff +35)" against `baseline`, or " (EloDiff baseline)" for itself.
std::string elo_difference_text(const SearchSpeed& speed, const SearchSpeed& baseline, double seconds_per_move);

// The lines that weigh speed against threads and recommend one of them, as scripts look for it; `speeds` as tested.
std::string comparison_text(std::span<const SearchSpeed> speeds, double seconds_per_move);

}  // namespace katago
