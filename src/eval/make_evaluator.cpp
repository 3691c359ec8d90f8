// SPDX-License-Identifier: MIT
#include "eval/make_evaluator.h"

#include <utility>

#include "core/machine.h"
#include "eval/batching/batching_evaluator.h"
#include "eval/inline_evaluator.h"

namespace katago {

namespace {

// Rows of a batch for a backend that is as fast with one: enough for what a batch saves, few enough to keep cores busy.
constexpr int kUsualBatch = 8;
constexpr int kUsualDeviceThreads = 2;

}  // namespace

bool shares_batches(const BatchPreference& preference, const EvaluatorOptions& options) {
    return options.batching.value_or(preference.wants_batches());
}

std::unique_ptr<Evaluator> make_evaluator(ModelInfo info, int meta_channels,
                                          std::shared_ptr<const LoadedModel> backend_model,
                                          const EvaluatorOptions& options) {
    const BatchPreference preference = backend_model->batch_preference();
    if (!shares_batches(preference, options))
        return std::make_unique<InlineEvaluator>(std::move(info), meta_channels, std::move(backend_model), options);
    EvaluatorOptions settled = options;
    if (settled.max_batch == 0) settled.max_batch = preference.wants_batches() ? preference.best_batch : kUsualBatch;
    if (settled.device_threads == 0)
        settled.device_threads = preference.wants_batches() ? kUsualDeviceThreads : usable_cores();
    return std::make_unique<BatchingEvaluator>(std::move(info), meta_channels, std::move(backend_model), settled);
}

}  // namespace katago
