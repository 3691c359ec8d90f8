// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "eval/eval_options.h"
#include "eval/evaluation.h"
#include "eval/evaluator.h"
#include "game/history.h"

namespace katago {

// How far one evaluation of a position is from another, which counts as right.
struct Difference {
    bool same_best = true;                            // the same most likely move
    bool best_in_five = true;                         // the right one is among the first five
    double kl = 0;                                    // of the policy: sum of right * ln(right / found), in nats
    double right_winrate = 0.5, found_winrate = 0.5;  // probability of White winning, draws as half
    double right_score = 0, found_score = 0;          // White's lead in points
    double ownership_error = 0;                       // mean over the board, of -1 to 1; 0 where none was evaluated

    double winrate_error() const { return std::abs(right_winrate - found_winrate); }
    double score_error() const { return std::abs(right_score - found_score); }
};

Difference compare(const Evaluation& right, const Evaluation& found);

// The same over many positions; p99: 99th percentile.
struct Agreement {
    int positions = 0;
    double top1 = 1, top5 = 1;  // shares of positions
    double mean_kl = 0, p99_kl = 0, max_kl = 0;
    double mean_winrate_error = 0, p99_winrate_error = 0;
    double mean_score_error = 0, p99_score_error = 0;
    double mean_ownership_error = 0, p99_ownership_error = 0;
};

Agreement summarize(std::span<const Difference> differences);

// "top-1 99.6 %, KL 1.1e-05, win rate 0.02 / 0.20 %, lead 0.01 / 0.09 points": means, and 99th percentiles after them.
std::string describe(const Agreement& agreement);

// Evaluates each position with both, symmetry 0, no cache, in so many threads. `progress` is called now and then, by
// one thread at a time, and may throw. Throws what evaluating throws.
struct CompareOptions {
    int threads = 1;
    std::function<void(size_t done, size_t all)> progress;  // may be empty
};
// One a position, in their order.
std::vector<Difference> compare_positions(Evaluator& right, Evaluator& found, std::span<const BoardHistory> positions,
                                          const CompareOptions& options);

// How such comparisons evaluate.
EvalOptions comparison_options();
// Evaluates each position so with one network.
std::vector<std::shared_ptr<const Evaluation>> evaluate_positions(Evaluator& evaluator,
                                                                  std::span<const BoardHistory> positions,
                                                                  const CompareOptions& options);

}  // namespace katago
