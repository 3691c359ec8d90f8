// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <vector>

#include "core/log.h"
#include "core/thread.h"
#include "search/policy/context.h"
#include "search/run/run.h"
#include "search/run/worker.h"
#include "search/search.h"
#include "search/tree/tree.h"

namespace katago {

// What a Search owns, and its runs from preparation to the end. Functions need a search that is not running.
struct Search::State {
    State(Evaluator& the_evaluator, const SearchParams& params, uint64_t the_seed);

    Evaluator& evaluator;
    Evaluator* human_evaluator = nullptr;
    Logger* log = nullptr;
    const uint64_t seed;
    Rng choice_rng;
    uint64_t runs = 0;
    double carried_s = 0;          // seconds of earlier searches, as far as they count for the move to come
    double slowest_playout_s = 0;  // of the last run with a clock
    std::vector<std::unique_ptr<Worker>> workers;
    std::atomic<bool> stop_requested{false};
    std::atomic<bool> abandoned{false};  // stays so
    std::atomic<bool> running{false};
    std::atomic<bool> told_of_full_tree{false};
    SearchResult result;                                  // of the last run
    std::unique_ptr<Thread> controller;                   // of begin()
    std::shared_ptr<const PatternBonuses> earlier_games;  // null: none
    std::shared_ptr<ValueMemory> value_memory = std::make_shared<ValueMemory>();

    // Readers share it; whatever changes the context or what the tree owns, other than searching threads, has it alone.
    mutable std::shared_mutex mutex;
    SearchContext context GUARDED_BY(mutex);
    Tree tree GUARDED_BY(mutex);

    // Takes over parameters. Throws ConfigError where their profile is unknown.
    void set_params(const SearchParams& params);
    void clear();
    // Until the next run works out what is particular to the new root.
    void forget_root();
    // Puts the pass-alive mode in force into the history.
    void settle_history();
    bool stopped() const {
        return stop_requested.load(std::memory_order_relaxed) || abandoned.load(std::memory_order_relaxed);
    }
    bool root_is_evaluated() const { return tree.root() && tree.root()->evaluation() && context.root_evaluation; }
    bool keep_child_as_root(Point point);
    SearchResult run(Search& search, const SearchLimits& limits, const SearchEvents& events);

  private:
    Worker& worker(size_t index);
    void prepare(bool pondering);
    void choose_search_player(bool pondering);
    void prepare_extras();
    void prepare_root();
    void adopt_tree();
    void run_threads(const Search& search, Run& run, const SearchEvents& events);
    // `lead`: called before each playout by the one thread that also watches the clock; empty for the others.
    void work(Run& run, Worker& worker, const std::function<void()>& lead);
    void tell_of_full_tree(const Run& run);
    void report_until_done(const Search& search, const SearchEvents& events, const Run& run, std::mutex& done_mutex,
                           std::condition_variable& done, const int& active);
};

}  // namespace katago
