// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "backend/backend.h"
#include "eval/cache.h"
#include "game/rules.h"
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

// A way from one row of inputs to the network's raw outputs. One thread at a time; owned by an EvalThread, outlived by
// the Evaluator that made it.
class RowRunner {
  public:
    virtual ~RowRunner() = default;
    // Evaluates one row of a board of this shape. Rows are the caller's and stay as they are until this returns. Throws
    // BackendError.
    virtual void run(BoardShape board, const PlanInputs& inputs, const PlanOutputs& outputs) = 0;
    // The same as run(), and shows the values inside the network (see Plan::observe).
    virtual void observe(BoardShape board, const PlanInputs& inputs, const PlanOutputs& outputs,
                         const PlanObserver& observer) = 0;
};

// A network with its cache: what the threads that ask for evaluations share. Each of them brings an EvalThread, which
// makes rows of positions and evaluations of raw outputs; subclasses say how a row gets its raw outputs. Thread-safe.
// Owned by whoever calls make_evaluator().
class Evaluator {
  public:
    // `backend_model` was loaded from the model's graph, which need not live on. Throws UnsupportedError where the
    // network wants metadata of a form that is not known.
    Evaluator(ModelInfo info, int meta_channels, std::shared_ptr<const LoadedModel> backend_model,
              const EvaluatorOptions& options);
    virtual ~Evaluator();
    Evaluator(const Evaluator&) = delete;
    Evaluator& operator=(const Evaluator&) = delete;

    const ModelInfo& info() const { return info_; }
    bool wants_metadata() const { return meta_channels_ > 0; }

    // The rules nearest to `rules` that the network's version knows; `exact` tells whether they are the same.
    Rules supported_rules(const Rules& rules, bool* exact) const;

    void clear_cache();
    EvaluatorStats stats() const;

    // How rows get their outputs, one line for a person.
    virtual std::string description() const = 0;

  protected:
    const LoadedModel& model() const { return *model_; }

  private:
    friend class EvalThread;

    // Called once by each EvalThread, in any thread.
    virtual std::unique_ptr<RowRunner> make_row_runner() = 0;

    ModelInfo info_;
    int meta_channels_;
    std::shared_ptr<const LoadedModel> model_;
    EvaluatorOptions options_;
    std::unique_ptr<EvalCache> cache_;  // null: no cache
    std::atomic<int64_t> evaluations_ = 0;
    std::atomic<int64_t> cache_hits_ = 0;
};

}  // namespace katago
