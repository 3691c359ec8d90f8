// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <condition_variable>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/thread.h"
#include "eval/evaluator.h"
#include "eval/plan_cache.h"

namespace katago {

// The network that takes over for good when the device fails: rows are then computed one at a time by the threads that
// ask, as many at once as there are cores, each on a plan of batch 1; a device's threads are far more, and a plan for
// each of them would take too much memory. Thread-safe.
class DeviceFallback {
  public:
    explicit DeviceFallback(EvalFallback fallback) : fallback_(std::move(fallback)) {}

    // Has the device failed, with a fallback there?
    bool in_use() const { return in_use_.load(std::memory_order_acquire); }
    // Runs what uses the device. False: the device has failed, now or before, and the fallback is to be used. Throws
    // what `run` throws, but BackendErrors only where there is no fallback.
    bool try_device(const std::function<void()>& run);

    // Once the fallback is in use. Throws BackendError: its own, or that it could not be loaded.
    void run(const std::function<void(PlanCache& plans)>& use);

  private:
    void take_over(const std::string& failure);
    std::unique_ptr<PlanCache> borrow();
    void give_back(std::unique_ptr<PlanCache> plans);

    EvalFallback fallback_;
    std::once_flag taken_over_;
    std::shared_ptr<const LoadedModel> model_;  // these two are written before in_use_
    std::string load_failure_;                  // empty: it was loaded
    std::atomic<bool> in_use_ = false;

    std::mutex mutex_;
    std::condition_variable given_back_;
    std::vector<std::unique_ptr<PlanCache>> idle_ GUARDED_BY(mutex_);
    int made_ GUARDED_BY(mutex_) = 0;
};

}  // namespace katago
