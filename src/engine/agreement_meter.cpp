// SPDX-License-Identifier: MIT
#include "engine/agreement_meter.h"

#include <algorithm>
#include <span>
#include <utility>

#include "eval/make_evaluator.h"

namespace katago {

AgreementMeter::AgreementMeter(const Model& model, const Backend& backend, std::vector<BoardHistory> positions,
                               int threads, std::function<void(size_t done, size_t all)> progress)
    : info_(model.info), backend_(backend), positions_(std::move(positions)), threads_(std::max(threads, 1)) {
    exact_ = answers_of(*model.graph, positions_.size(), [&](size_t done) {
        if (progress) progress(done, positions_.size());
    });
}

AgreementMeter::Answers AgreementMeter::answers_of(const Graph& graph, size_t count,
                                                   const std::function<void(size_t)>& done) const {
    const auto evaluator =
        make_evaluator(info_, graph.meta_channels(), backend_.load(graph), {.cache_size_power_of_two = -1});
    return evaluate_positions(*evaluator, std::span(positions_).first(count),
                              {.threads = threads_, .progress = [&](size_t finished, size_t) { done(finished); }});
}

Agreement AgreementMeter::measure(const Graph& variant, size_t count, const std::function<void()>& poll) const {
    const Answers found = answers_of(variant, std::min(count, positions_.size()), [&](size_t) { poll(); });
    std::vector<Difference> differences;
    for (size_t i = 0; i < found.size(); ++i) differences.push_back(compare(*exact_[i], *found[i]));
    return summarize(differences);
}

}  // namespace katago
