// SPDX-License-Identifier: MIT
#include "eval/batching/batch_server.h"

#include <exception>

#include "core/error.h"

namespace katago {

BatchServer::BatchServer(const LoadedModel& model, const EvaluatorOptions& options)
    : model_(model),
      max_batch_(options.max_batch),
      device_threads_(options.device_threads),
      fallback_(options.fallback) {}

BatchServer::~BatchServer() {
    queue_.close(std::make_exception_ptr(BackendError("the evaluator is going away")));
}

void BatchServer::start(const BatchRows& buffers) {
    for (int i = 0; i < device_threads_; ++i)
        threads_.push_back(std::make_unique<Thread>([this, own = buffers]() mutable { serve(own); }));
}

void BatchServer::compute(BoardShape board, const PlanInputs& inputs, const PlanOutputs& outputs) {
    if (!fallback_.in_use()) {
        WaitingRow row(board, inputs, outputs);
        queue_.add(row);
        if (row.wait() == WaitingRow::End::Computed) return;
    }
    fallback_.run([&](PlanCache& plans) { plans.plan_for(board).run(1, inputs, outputs); });
    batches_.fetch_add(1, std::memory_order_relaxed);
}

void BatchServer::run_alone(PlanCache& plans, const std::function<void(PlanCache& plans)>& use) {
    if (!fallback_.try_device([&] { use(plans); })) fallback_.run(use);
    batches_.fetch_add(1, std::memory_order_relaxed);
}

// A device thread: until the queue is closed. Whatever ends it wakes all that wait.
void BatchServer::serve(BatchRows& buffers) {
    try {
        PlanCache plans(model_, max_batch_);
        std::vector<WaitingRow*> rows;
        rows.reserve(static_cast<size_t>(max_batch_));
        while (queue_.take(max_batch_, rows)) answer(rows, plans, buffers);
    } catch (...) {
        queue_.close(std::current_exception());
    }
}

void BatchServer::answer(const std::vector<WaitingRow*>& rows, PlanCache& plans, BatchRows& buffers) {
    WaitingRow::End end = WaitingRow::End::Computed;
    std::exception_ptr failure;
    try {
        if (!fallback_.try_device([&] { run(rows, plans, buffers); })) end = WaitingRow::End::DeviceFailed;
    } catch (...) {
        failure = std::current_exception();  // for the threads that wait for these rows
    }
    for (WaitingRow* row : rows) {
        if (failure)
            row->fail(failure);
        else
            row->finish(end);
    }
}

void BatchServer::run(const std::vector<WaitingRow*>& rows, PlanCache& plans, BatchRows& buffers) {
    Plan& plan = plans.plan_for(rows.front()->board);
    if (rows.size() == 1) {
        plan.run(1, rows.front()->inputs, rows.front()->outputs);
    } else {
        buffers.gather(rows);
        plan.run(static_cast<int>(rows.size()), buffers.inputs(), buffers.outputs());
        buffers.scatter(rows);
    }
    batches_.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace katago
