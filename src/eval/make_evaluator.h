// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "eval/evaluator.h"

namespace katago {

// Do rows of several threads share runs, as the options say or else as the backend prefers?
bool shares_batches(const BatchPreference& preference, const EvaluatorOptions& options);

// Makes a BatchingEvaluator where rows share runs, an InlineEvaluator where each thread runs its own. Throws like
// Evaluator's constructor.
std::unique_ptr<Evaluator> make_evaluator(ModelInfo info, int meta_channels,
                                          std::shared_ptr<const LoadedModel> backend_model,
                                          const EvaluatorOptions& options);

}  // namespace katago
