// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "eval/evaluator.h"

namespace katago {

// Makes the evaluator that suits what the loaded network says of batches (LoadedModel::batch_preference): an
// InlineEvaluator, which serves every backend. Throws like Evaluator's constructor.
std::unique_ptr<Evaluator> make_evaluator(ModelInfo info, int meta_channels,
                                          std::shared_ptr<const LoadedModel> backend_model,
                                          const EvaluatorOptions& options);

}  // namespace katago
