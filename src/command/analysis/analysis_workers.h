// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <vector>

#include "command/analysis/analysis_output.h"
#include "command/analysis/analysis_queue.h"
#include "command/analysis/analysis_settings.h"
#include "core/text.h"
#include "core/thread.h"
#include "engine/engine.h"
#include "play/gtp_game.h"

namespace katago {

class PatternBonuses;
class ValueMemory;

// The position after the first `turns` moves of a query. Throws FieldError at an illegal move.
GtpGame game_of_query(const AnalysisQuery& query, int turns, const AnalysisOptions& options);

// The threads that take tasks from a queue, search them and write the results. Driven by one thread; each worker has a
// search of its own.
class AnalysisWorkers {
  public:
    struct Setup {
        Engine& engine;
        const AnalysisOptions& options;
        AnalysisQueue& queue;
        AnalysisOutput& output;
        Logger& log;
        Engine* human = nullptr;                                        // a network that imitates people; null: none
        std::shared_ptr<const PatternBonuses> avoided_games = nullptr;  // null: none
    };

    // All of it outlives the workers, the queue is closed before they go.
    explicit AnalysisWorkers(const Setup& setup);
    ~AnalysisWorkers();

    // (Any time) Forgets what useEvalCache has kept for all of them.
    void clear_value_memory();
    // Waits until the queue is closed and every task is done.
    void join();

  private:
    class Worker;
    std::shared_ptr<ValueMemory> value_memory_;
    std::vector<std::unique_ptr<Worker>> workers_;
    std::vector<std::unique_ptr<Thread>> threads_;
};

}  // namespace katago
