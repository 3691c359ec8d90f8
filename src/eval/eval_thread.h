// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>

#include "backend/backend.h"
#include "eval/eval_options.h"
#include "eval/evaluation.h"
#include "game/board.h"
#include "game/history.h"

namespace katago {

class Evaluator;

// One thread's access to an Evaluator: looks a position up in the cache, else makes its rows under a symmetry, has them
// evaluated, and decodes the outputs. Owns the rows, a RowRunner, and random numbers. One thread at a time; outlived by
// its Evaluator.
class EvalThread {
  public:
    EvalThread(Evaluator& evaluator, uint64_t seed);
    ~EvalThread();

    // The network's word on the position with `player` to move, from the cache where it is there.
    // Throws UsageError where metadata is missing, BackendError.
    std::shared_ptr<const Evaluation> evaluate(const Board& board, const BoardHistory& history, Player player,
                                               const EvalOptions& options);

    // From now on network runs show it the values inside (see Plan::observe); an empty one ends that.
    void set_observer(PlanObserver observer);

    // The mean over `count` (1 to 8) different symmetries, as at a root with rootNumSymmetriesToSample.
    std::shared_ptr<const Evaluation> evaluate_mean(const Board& board, const BoardHistory& history, Player player,
                                                    const EvalOptions& options, int count);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace katago
