// SPDX-License-Identifier: MIT
#include "eval/batching/batching_evaluator.h"

#include <utility>

#include "core/ensure.h"
#include "eval/batching/batch_server.h"

namespace katago {

namespace {

// Hands rows to the server. One thread at a time.
class ServedRunner final : public RowRunner {
  public:
    ServedRunner(BatchServer& server, const LoadedModel& model) : server_(server), plans_(model, 1) {}

    void run(BoardShape board, const PlanInputs& inputs, const PlanOutputs& outputs) override {
        server_.compute(board, inputs, outputs);
    }
    void observe(BoardShape board, const PlanInputs& inputs, const PlanOutputs& outputs,
                 const PlanObserver& observer) override {
        server_.run_alone(plans_,
                          [&](PlanCache& plans) { plans.plan_for(board).observe(1, inputs, outputs, observer); });
    }

  private:
    BatchServer& server_;
    PlanCache plans_;  // of rows that are observed
};

}  // namespace

BatchingEvaluator::BatchingEvaluator(ModelInfo info, int meta_channels,
                                     std::shared_ptr<const LoadedModel> backend_model, const EvaluatorOptions& options)
    : Evaluator(std::move(info), meta_channels, std::move(backend_model), options) {
    ENSURE(options.max_batch >= 1 && options.device_threads >= 1);
    server_ = std::make_unique<BatchServer>(model(), options);
    server_->start(BatchRows(this->info(), meta_channels));
}

BatchingEvaluator::~BatchingEvaluator() = default;

std::string BatchingEvaluator::description() const {
    return "Evaluation: positions of several threads together, up to " + std::to_string(server_->max_batch()) +
           " at a time on each of " + std::to_string(server_->device_threads()) + " device threads";
}

int BatchingEvaluator::max_batch() const {
    return server_->max_batch();
}

int64_t BatchingEvaluator::batches() const {
    return server_->batches();
}

std::unique_ptr<RowRunner> BatchingEvaluator::make_row_runner() {
    return std::make_unique<ServedRunner>(*server_, model());
}

}  // namespace katago
