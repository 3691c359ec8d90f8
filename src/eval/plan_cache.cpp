// SPDX-License-Identifier: MIT
#include "eval/plan_cache.h"

#include <algorithm>
#include <iterator>

namespace katago {

namespace {

constexpr size_t kMaxPlans = 4;

}  // namespace

Plan& PlanCache::plan_for(BoardShape board) {
    auto found = std::find_if(plans_.begin(), plans_.end(), [&](const CompiledPlan& p) { return p.board == board; });
    if (found == plans_.end()) {
        if (plans_.size() == kMaxPlans) plans_.pop_back();
        plans_.push_back({board, model_.compile(board, max_batch_)});
        found = std::prev(plans_.end());
    }
    std::rotate(plans_.begin(), found, std::next(found));
    return *plans_.front().plan;
}

}  // namespace katago
