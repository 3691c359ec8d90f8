// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <vector>

#include "backend/backend.h"

namespace katago {

// One thread's plans of a network, each compiled when a board of its shape comes first. A plan of a big network takes
// tens of megabytes, so only those of the board shapes used last are kept. One thread at a time; outlived by the model.
class PlanCache {
  public:
    PlanCache(const LoadedModel& model, int max_batch) : model_(model), max_batch_(max_batch) {}

    // Stays as it is until the next call. Throws what compiling throws.
    Plan& plan_for(BoardShape board);

  private:
    struct CompiledPlan {
        BoardShape board;
        std::unique_ptr<Plan> plan;
    };

    const LoadedModel& model_;
    const int max_batch_;
    std::vector<CompiledPlan> plans_;  // the one used last in front
};

}  // namespace katago
