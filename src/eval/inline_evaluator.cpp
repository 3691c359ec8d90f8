// SPDX-License-Identifier: MIT
#include "eval/inline_evaluator.h"

#include "eval/plan_cache.h"

namespace katago {

namespace {

// Runs each row on plans of batch 1. One thread at a time.
class PlanRunner final : public RowRunner {
  public:
    explicit PlanRunner(const LoadedModel& model) : plans_(model, 1) {}

    void run(BoardShape board, const PlanInputs& inputs, const PlanOutputs& outputs) override {
        plans_.plan_for(board).run(1, inputs, outputs);
    }
    void observe(BoardShape board, const PlanInputs& inputs, const PlanOutputs& outputs,
                 const PlanObserver& observer) override {
        plans_.plan_for(board).observe(1, inputs, outputs, observer);
    }

  private:
    PlanCache plans_;
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
