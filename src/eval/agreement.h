// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <vector>

#include "eval/evaluation.h"
#include "eval/evaluator.h"
#include "game/history.h"

namespace katago {

// How far one evaluator's word on some positions is from another's, which counts as right.
struct Agreement {
    int positions = 0;
    double top1 = 1;                                       // share of positions with the same most likely move
    double top5 = 1;                                       // share in which the right one is among the first five
    double mean_kl = 0, max_kl = 0;                        // of the policy: sum of right * ln(right / found), in nats
    double mean_winrate_error = 0, p99_winrate_error = 0;  // probability of White winning, draws as half
    double mean_score_error = 0, p99_score_error = 0;      // points of lead
    double mean_ownership_error = 0;                       // -1 to 1; 0 where no ownership was evaluated
};

// "top-1 99.6 %, KL 1.1e-05, win rate 0.02 / 0.20 %, lead 0.01 / 0.09 points": means, and 99th percentiles after them.
std::string describe(const Agreement& agreement);

// Collects pairs of evaluations. One thread at a time.
class AgreementMeter {
  public:
    void add(const Evaluation& right, const Evaluation& found);
    // Adds what another has collected.
    void add(const AgreementMeter& other);
    Agreement result() const;

  private:
    int same_best_ = 0, best_in_five_ = 0;
    std::vector<double> kl_, winrate_, score_, ownership_;  // one a position
};

// Evaluates each position with both, symmetry 0, no cache, in so many threads. Throws what evaluating throws.
Agreement compare_evaluators(Evaluator& right, Evaluator& found, std::span<const BoardHistory> positions, int threads);

}  // namespace katago
