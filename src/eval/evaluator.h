// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "backend/backend.h"
#include "eval/cache.h"
#include "game/rules.h"
#include "nn/format/model_file.h"

namespace katago {

// The network that goes on where the device of a batching evaluator fails.
struct EvalFallback {
    // Loads it, and may take long. Called once at most, at the device's first BackendError, by any thread. Empty: there
    // is none, and the error reaches whoever asked.
    std::function<std::shared_ptr<const LoadedModel>()> load = {};
    std::function<void(const std::string&)> log = {};  // a line for a person, by any thread; may be empty
};

struct EvaluatorOptions {
    int cache_size_power_of_two = 16;   // entries; -1: no cache
    bool randomize_symmetry = true;     // KataGo's nnRandomize
    int default_symmetry = 0;           // where it does not
    std::optional<bool> batching = {};  // whether rows of several threads share a run; unset: as the backend prefers
    int max_batch = 0;  // rows of such a run, KataGo's nnMaxBatchSize; 0: as many as the backend prefers
    // Such runs under way at a time, KataGo's numNNServerThreadsPerModel; 0: 2 for a backend that prefers batches, so
    // that its device always has the next one, and one a core for others.
    int device_threads = 0;
    EvalFallback fallback = {};  // of a batching evaluator
};

// Counts since creation, for reports and benchmarks.
struct EvaluatorStats {
    int64_t evaluations = 0;  // rows that the network computed
    int64_t batches = 0;      // runs that it computed them in
    int64_t cache_hits = 0;

    double mean_batch() const {
        return batches > 0 ? static_cast<double>(evaluations) / static_cast<double>(batches) : 1;
    }
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
    // How many rows of different threads are computed together at most.
    virtual int max_batch() const { return 1; }

  protected:
    const LoadedModel& model() const { return *model_; }
    int meta_channels() const { return meta_channels_; }

  private:
    friend class EvalThread;

    // Called once by each EvalThread, in any thread.
    virtual std::unique_ptr<RowRunner> make_row_runner() = 0;
    virtual int64_t batches() const { return evaluations_.load(std::memory_order_relaxed); }

    ModelInfo info_;
    int meta_channels_;
    std::shared_ptr<const LoadedModel> model_;
    EvaluatorOptions options_;
    std::unique_ptr<EvalCache> cache_;  // null: no cache
    std::atomic<int64_t> evaluations_ = 0;
    std::atomic<int64_t> cache_hits_ = 0;
};

}  // namespace katago
