// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "backend/backend.h"
#include "eval/agreement.h"
#include "nn/format/model_file.h"

namespace katago {

// Measures how far variants of one network are from it, all computed in FP32, over the same positions: what the network
// itself answers is computed once. One thread at a time; the backend outlives it.
class AgreementMeter {
  public:
    // `progress` is called now and then and may throw.
    AgreementMeter(const Model& model, const Backend& backend, std::vector<BoardHistory> positions, int threads,
                   std::function<void(size_t done, size_t all)> progress);

    size_t positions() const { return positions_.size(); }
    // On the first `count` positions. `poll` is called now and then and may throw.
    Agreement measure(const Graph& variant, size_t count, const std::function<void()>& poll) const;

  private:
    using Answers = std::vector<std::shared_ptr<const Evaluation>>;
    Answers answers_of(const Graph& graph, size_t count, const std::function<void(size_t)>& done) const;

    ModelInfo info_;
    const Backend& backend_;
    std::vector<BoardHistory> positions_;
    int threads_;
    Answers exact_;
};

}  // namespace katago
