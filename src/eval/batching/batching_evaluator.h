// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>

#include "eval/evaluator.h"

namespace katago {

class BatchServer;

// Evaluates rows of several threads together: what a device with one queue for all threads is fastest with. Threads
// hand rows in and wait; device threads of its own each take what is there, compute it, and wake whoever waits for it.
// None waits while there is a row: the next batch gathers while the device computes. Thread-safe.
class BatchingEvaluator final : public Evaluator {
  public:
    // As Evaluator's, with `options.max_batch` and `options.device_threads` at least 1.
    BatchingEvaluator(ModelInfo info, int meta_channels, std::shared_ptr<const LoadedModel> backend_model,
                      const EvaluatorOptions& options);
    ~BatchingEvaluator() override;

    std::string description() const override;
    int max_batch() const override;

  private:
    std::unique_ptr<RowRunner> make_row_runner() override;
    int64_t batches() const override;

    std::unique_ptr<BatchServer> server_;
};

}  // namespace katago
