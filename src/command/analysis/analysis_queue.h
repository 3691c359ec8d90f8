// SPDX-License-Identifier: MIT
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "command/analysis/analysis_settings.h"
#include "core/thread.h"
#include "protocol/json_query.h"
#include "search/search.h"

namespace katago {

// A query with the settings it is to be searched with; shared by its turns.
struct AnalysisJob {
    AnalysisQuery query;
    std::shared_ptr<const AnalysisSettings> settings;
};

// One position to be searched.
struct AnalysisTask {
    std::shared_ptr<const AnalysisJob> job;
    QueryTurn turn;
};

// The tasks that are waited for: those in the queue, and one at most for each worker. Thread-safe.
class AnalysisQueue {
  public:
    explicit AnalysisQueue(int workers) : running_(static_cast<size_t>(workers)) {}

    // Higher priority first, then in the order of arrival.
    void push(AnalysisTask task);

    // --- For a worker ---

    // Waits for a task, which is the worker's until done(). Null: no more will come.
    const AnalysisTask* take(size_t worker);
    // The worker's task has begun its search; it is stopped at once where the task was given up meanwhile.
    void started(size_t worker, Search& search);
    void done(size_t worker);
    // Tasks that are running or wait.
    size_t load() const;

    // --- For the reader ---

    // Which tasks are meant; without an id, all.
    struct Selection {
        std::optional<std::string> id;
        std::optional<std::vector<int64_t>> turns;

        bool matches(const AnalysisTask& task) const;
    };
    // Stops searches of these tasks; returns, and forgets, those that were still waiting.
    std::vector<AnalysisTask> terminate(const Selection& selection);
    // No more tasks will come; those that wait are still given out.
    void close();
    // The same, but forgets what waits and stops what runs.
    void abandon();

  private:
    struct Running {
        std::optional<AnalysisTask> task;
        Search* search = nullptr;  // once it has begun
        bool stopped = false;
    };
    // Priority with its sign turned, and a running number.
    using Rank = std::pair<int64_t, uint64_t>;

    static void stop(Running& running);

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::map<Rank, AnalysisTask> waiting_ GUARDED_BY(mutex_);
    std::vector<Running> running_ GUARDED_BY(mutex_);
    uint64_t pushed_ GUARDED_BY(mutex_) = 0;
    bool closed_ GUARDED_BY(mutex_) = false;
};

}  // namespace katago
