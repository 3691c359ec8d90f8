// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "core/thread.h"
#include "eval/batching/batch_queue.h"
#include "eval/batching/batch_rows.h"
#include "eval/batching/device_fallback.h"
#include "eval/evaluator.h"
#include "eval/plan_cache.h"

namespace katago {

// Rows that wait, the device threads that compute them, and what goes on when the device fails. Thread-safe; outlived
// by the model.
class BatchServer {
  public:
    // Of `options`: max_batch, device_threads, fallback.
    BatchServer(const LoadedModel& model, const EvaluatorOptions& options);
    ~BatchServer();

    // Starts the device threads, each with buffers like these. Once, and not in the constructor: where a thread cannot
    // be started, the destructor ends those that were.
    void start(const BatchRows& buffers);

    // Waits for the row's outputs. Throws BackendError.
    void compute(BoardShape board, const PlanInputs& inputs, const PlanOutputs& outputs);
    // Runs what uses `plans`, which are of the device's model, in this thread; where the device has failed, what uses
    // plans of the fallback.
    void run_alone(PlanCache& plans, const std::function<void(PlanCache& plans)>& use);

    int max_batch() const { return max_batch_; }
    int device_threads() const { return device_threads_; }
    int64_t batches() const { return batches_.load(std::memory_order_relaxed); }

  private:
    void serve(BatchRows& buffers);
    void answer(const std::vector<WaitingRow*>& rows, PlanCache& plans, BatchRows& buffers);
    void run(const std::vector<WaitingRow*>& rows, PlanCache& plans, BatchRows& buffers);

    const LoadedModel& model_;
    const int max_batch_, device_threads_;
    BatchQueue queue_;
    DeviceFallback fallback_;
    std::atomic<int64_t> batches_ = 0;
    std::vector<std::unique_ptr<Thread>> threads_;  // joined before what they use is gone
};

}  // namespace katago
