// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "backend/backend.h"
#include "core/error.h"
#include "eval/make_evaluator.h"

// A network for tests of batches, whose answers tell which row and which board they belong to. A device can be made to
// fail.
namespace batch_stub {

using katago::BoardShape;

// What the plans of all threads were asked.
struct Record {
    std::atomic<int> runs = 0, rows = 0, largest = 0, compiled = 0;
    std::atomic<int> fail_from = 1 << 30;  // the run, counted from 0, from which all fail
    std::atomic<double> seconds = 0;       // that a run takes
    std::mutex mutex;
    std::vector<BoardShape> shapes;  // of the runs, in their order
};

class StubPlan : public katago::Plan {
  public:
    StubPlan(BoardShape shape, int max_batch, Record& record) : shape_(shape), max_batch_(max_batch), record_(record) {}

    // The policy repeats the plane of the player's stones, the value tells the row's global inputs apart.
    void run(int batch, const katago::PlanInputs& inputs, const katago::PlanOutputs& outputs) override {
        if (batch < 1 || batch > max_batch_) throw katago::BackendError("stub: a batch of " + std::to_string(batch));
        note(batch);
        const int area = shape_.area();
        for (int row = 0; row < batch; ++row) {
            for (int i = 0; i < area; ++i) {
                const float own = inputs.spatial[(row * area + i) * 22 + 1];
                outputs.policy[row * area + i] = own;
                outputs.ownership[row * area + i] = own;
            }
            outputs.pass[row] = 0;
            outputs.value[3 * row] = inputs.global[row * 19 + 5];
            outputs.value[3 * row + 1] = outputs.value[3 * row + 2] = 0;
            for (int i = 0; i < 6; ++i) outputs.score[6 * row + i] = 0.5f;
        }
    }

  private:
    void note(int batch) {
        {
            const std::lock_guard lock(record_.mutex);
            record_.shapes.push_back(shape_);
            record_.largest = std::max(record_.largest.load(), batch);
        }
        if (record_.seconds > 0) std::this_thread::sleep_for(std::chrono::duration<double>(record_.seconds.load()));
        if (record_.runs.fetch_add(1) >= record_.fail_from) throw katago::BackendError("stub: the device is lost");
        record_.rows += batch;
    }

    BoardShape shape_;
    int max_batch_;
    Record& record_;
};

class StubModel : public katago::LoadedModel {
  public:
    StubModel(Record& record, int best_batch) : record_(record), best_batch_(best_batch) {}
    std::unique_ptr<katago::Plan> compile(BoardShape board, int max_batch) const override {
        ++record_.compiled;
        return std::make_unique<StubPlan>(board, max_batch, record_);
    }
    katago::BatchPreference batch_preference() const override { return {.best_batch = best_batch_}; }

  private:
    Record& record_;
    int best_batch_;
};

inline katago::ModelInfo info() {
    katago::ModelInfo info;
    info.name = "stub";
    info.version = 9;
    info.input_version = 7;
    return info;
}

// A device that is fastest with 16 rows.
inline std::unique_ptr<katago::Evaluator> make_evaluator(Record& record, const katago::EvaluatorOptions& options = {
                                                                             .cache_size_power_of_two = -1}) {
    return katago::make_evaluator(info(), 0, std::make_shared<StubModel>(record, 16), options);
}

}  // namespace batch_stub
