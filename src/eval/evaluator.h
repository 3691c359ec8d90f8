// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "backend/backend.h"
#include "eval/cache.h"
#include "eval/eval_options.h"
#include "eval/evaluation.h"
#include "game/board.h"
#include "game/history.h"
#include "nn/format/model_file.h"

namespace katago {

struct EvaluatorOptions {
    int cache_size_power_of_two = 16;  // entries; -1: no cache
    bool randomize_symmetry = true;    // KataGo's nnRandomize
    int default_symmetry = 0;          // where it does not
};

// Counts since creation, for reports and benchmarks.
struct EvaluatorStats {
    int64_t evaluations = 0;  // network runs
    int64_t cache_hits = 0;
};

// A network with its cache: answers for positions. Thread-safe; the threads that use it each bring an EvalThread.
class Evaluator {
  public:
    // `backend_model` was loaded from the model's graph, which need not live on.
    Evaluator(ModelInfo info, int meta_channels, std::shared_ptr<const LoadedModel> backend_model,
              const EvaluatorOptions& options);
    ~Evaluator();

    const ModelInfo& info() const { return info_; }
    bool wants_metadata() const { return meta_channels_ > 0; }

    // The rules nearest to `rules` that the network's version knows; `exact` tells whether they are the same.
    Rules supported_rules(const Rules& rules, bool* exact) const;

    void clear_cache();
    EvaluatorStats stats() const;

  private:
    friend class EvalThread;

    ModelInfo info_;
    int meta_channels_;
    std::shared_ptr<const LoadedModel> model_;
    EvaluatorOptions options_;
    std::unique_ptr<EvalCache> cache_;  // null: no cache
    std::atomic<int64_t> evaluations_ = 0;
    std::atomic<int64_t> cache_hits_ = 0;
};

// One thread's access to an Evaluator: its plans (one a board shape), buffers and random numbers. Evaluates inline,
// batch 1. One thread at a time; outlived by its Evaluator.
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
