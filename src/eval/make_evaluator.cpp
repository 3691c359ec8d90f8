// SPDX-License-Identifier: MIT
#include "eval/make_evaluator.h"

#include <utility>

#include "eval/inline_evaluator.h"

namespace katago {

std::unique_ptr<Evaluator> make_evaluator(ModelInfo info, int meta_channels,
                                          std::shared_ptr<const LoadedModel> backend_model,
                                          const EvaluatorOptions& options) {
    return std::make_unique<InlineEvaluator>(std::move(info), meta_channels, std::move(backend_model), options);
}

}  // namespace katago
