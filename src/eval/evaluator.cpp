// SPDX-License-Identifier: MIT
#include "eval/evaluator.h"

#include <utility>

#include "core/error.h"
#include "eval/sgf_metadata.h"

namespace katago {

Evaluator::Evaluator(ModelInfo info, int meta_channels, std::shared_ptr<const LoadedModel> backend_model,
                     const EvaluatorOptions& options)
    : info_(std::move(info)), meta_channels_(meta_channels), model_(std::move(backend_model)), options_(options) {
    if (meta_channels_ != 0 && meta_channels_ != kMetadataChannels)
        throw UnsupportedError("network " + info_.name + ": takes " + std::to_string(meta_channels_) +
                               " metadata values, known are " + std::to_string(kMetadataChannels));
    if (options_.cache_size_power_of_two >= 0) cache_ = std::make_unique<EvalCache>(options_.cache_size_power_of_two);
}

Evaluator::~Evaluator() = default;

Rules Evaluator::supported_rules(const Rules& rules, bool* exact) const {
    const Rules supported = katago::supported_rules(rules, info_.version);
    if (exact) *exact = supported == rules;
    return supported;
}

void Evaluator::clear_cache() {
    if (cache_) cache_->clear();
}

EvaluatorStats Evaluator::stats() const {
    return {.evaluations = evaluations_.load(std::memory_order_relaxed),
            .batches = batches(),
            .cache_hits = cache_hits_.load(std::memory_order_relaxed)};
}

}  // namespace katago
