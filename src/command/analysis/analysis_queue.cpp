// SPDX-License-Identifier: MIT
#include "command/analysis/analysis_queue.h"

#include <algorithm>

namespace katago {

void AnalysisQueue::push(AnalysisTask task) {
    {
        const std::lock_guard lock(mutex_);
        if (closed_) return;
        const Rank rank{-task.turn.priority, pushed_++};
        waiting_.emplace(rank, std::move(task));
    }
    changed_.notify_one();
}

const AnalysisTask* AnalysisQueue::take(size_t worker) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
    if (waiting_.empty()) return nullptr;
    Running& running = running_[worker];
    running.task = std::move(waiting_.begin()->second);
    waiting_.erase(waiting_.begin());
    return &*running.task;
}

void AnalysisQueue::started(size_t worker, Search& search) {
    const std::lock_guard lock(mutex_);
    Running& running = running_[worker];
    running.search = &search;
    if (running.stopped) search.request_stop();
}

void AnalysisQueue::done(size_t worker) {
    const std::lock_guard lock(mutex_);
    running_[worker] = {};
}

size_t AnalysisQueue::load() const {
    const std::lock_guard lock(mutex_);
    const auto busy = std::count_if(running_.begin(), running_.end(), [](const Running& r) { return r.task; });
    return waiting_.size() + static_cast<size_t>(busy);
}

bool AnalysisQueue::Selection::matches(const AnalysisTask& task) const {
    if (id && task.job->query.id != *id) return false;
    return !turns || std::find(turns->begin(), turns->end(), task.turn.turn) != turns->end();
}

void AnalysisQueue::stop(Running& running) {
    running.stopped = true;
    if (running.search) running.search->request_stop();
}

std::vector<AnalysisTask> AnalysisQueue::terminate(const Selection& selection) {
    const std::lock_guard lock(mutex_);
    std::vector<AnalysisTask> forgotten;
    for (auto at = waiting_.begin(); at != waiting_.end();) {
        if (!selection.matches(at->second)) {
            ++at;
            continue;
        }
        forgotten.push_back(std::move(at->second));
        at = waiting_.erase(at);
    }
    for (Running& running : running_)
        if (running.task && selection.matches(*running.task)) stop(running);
    return forgotten;
}

void AnalysisQueue::close() {
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
    }
    changed_.notify_all();
}

void AnalysisQueue::abandon() {
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        waiting_.clear();
        for (Running& running : running_)
            if (running.task) stop(running);
    }
    changed_.notify_all();
}

}  // namespace katago
