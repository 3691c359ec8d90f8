// SPDX-License-Identifier: MIT
#include "eval/inline_evaluator.h"

#include <algorithm>
#include <iterator>
#include <vector>

namespace katago {

namespace {

// A plan of a big network takes tens of megabytes, so only those of the board shapes used last are kept.
constexpr size_t kMaxPlans = 4;

// Plans of batch 1, compiled when a board of their shape comes first. One thread at a time.
class PlanRunner final : public RowRunner {
  public:
    explicit PlanRunner(const LoadedModel& model) : model_(model) {}

    void run(BoardShape board, const PlanInputs& inputs, const PlanOutputs& outputs) override {
        plan_for(board).run(1, inputs, outputs);
    }
    void observe(BoardShape board, const PlanInputs& inputs, const PlanOutputs& outputs,
                 const PlanObserver& observer) override {
        plan_for(board).observe(1, inputs, outputs, observer);
    }

  private:
    struct CompiledPlan {
        BoardShape board;
        std::unique_ptr<Plan> plan;
    };

    Plan& plan_for(BoardShape board) {
        auto found =
            std::find_if(plans_.begin(), plans_.end(), [&](const CompiledPlan& p) { return p.board == board; });
        if (found == plans_.end()) {
            if (plans_.size() == kMaxPlans) plans_.pop_back();
            plans_.push_back({board, model_.compile(board, 1)});
            found = std::prev(plans_.end());
        }
        std::rotate(plans_.begin(), found, std::next(found));
        return *plans_.front().plan;
    }

    const LoadedModel& model_;
    std::vector<CompiledPlan> plans_;  // the one used last in front
};

}  // namespace

std::string InlineEvaluator::description() const {
    const BatchPreference preference = model().batch_preference();
    std::string text = "Evaluation: one position at a time, on the thread that asks for it";
    if (preference.wants_batches())
        text += "; the backend is fastest with " + std::to_string(preference.best_batch) + " at a time";
    return text;
}

std::unique_ptr<RowRunner> InlineEvaluator::make_row_runner() {
    return std::make_unique<PlanRunner>(model());
}

}  // namespace katago
