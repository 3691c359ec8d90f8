// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "search/policy/context.h"
#include "search/run/limits.h"
#include "search/tree/tree.h"

namespace katago {

// The limits of one run and how far it has got; shared by its threads. Source: KataGo's limits and time management.
class Run {
  public:
    struct Times {
        std::chrono::steady_clock::time_point start;
        double carried_s = 0;          // of earlier searches, counting as spent on this move
        double slowest_playout_s = 0;  // of the last run, which tells how busy the machine is
    };
    Run(const SearchContext& context, const Tree& tree, const SearchLimits& limits, const Times& times);

    // (Thread-safe) May another playout be begun? false: a limit has been reached. As many begin as may still count, so
    // that threads together make exactly as many as were asked for.
    bool begin_playout();
    // (Thread-safe) One that was begun has ended: one more of those that count, or a fruitless one. `seconds` is how
    // long it took, for which only a clock asks.
    void end_playout(bool counts, double seconds);
    // (Thread-safe) One that was begun has only waited for another thread's: it is begun anew.
    void drop_playout() { begun_.fetch_sub(1, std::memory_order_relaxed); }
    // (Thread-safe) Do all playouts come to nothing? That ends the run too: a playout is fruitless only where another
    // thread was faster or where it added an edge to the tree, so that this never happens while the tree keeps its
    // word.
    bool stuck() const { return fruitless_.load(std::memory_order_relaxed) >= kMostFruitless * threads_; }
    // (Thread-safe) Has the tree reached the size it may have?
    bool tree_is_full() const { return tree_.bytes() >= max_tree_bytes_; }
    int64_t max_tree_bytes() const { return max_tree_bytes_; }
    // (Thread-safe) The most visits that can still come.
    double visits_left() const;
    // By one thread, often: adapts the time for this move to what the search has found.
    void update_clock();
    // (Thread-safe) Is there a clock, to which the time that playouts take matters?
    bool has_clock() const { return clock_.has_value(); }
    // With a clock: the longest that a playout has taken so far.
    double slowest_playout_s() const { return slowest_playout_s_.load(std::memory_order_relaxed); }

    // How many of the threads are worth starting.
    int threads() const { return threads_; }
    // (Thread-safe) How many of them the tree is big enough for now. Playouts that are under way tell each other
    // nothing, so that with many of them the first visits would go wherever the policy points.
    int useful_threads() const;
    int64_t playouts() const { return playouts_.load(std::memory_order_relaxed); }
    double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

    // In a row, for each thread.
    static constexpr int64_t kMostFruitless = 10'000;

  private:
    double time_for_move(double used) const;
    bool out_of_time() const;
    void note_playout_time(double seconds);
    double midgame_factor() const;
    double obvious_factor() const;
    bool rest_is_futile(double used, double limit) const;
    double visits_left_until(double used, double limit) const;

    const SearchContext& context_;
    const Tree& tree_;
    const std::chrono::steady_clock::time_point start_;
    const double carried_s_;
    double search_factor_ = 1;
    int64_t max_visits_;
    int64_t max_playouts_;
    double max_time_s_;
    int64_t max_tree_bytes_;
    int64_t start_visits_ = 0;
    int threads_ = 1;
    bool pondering_ = false;
    const double slowest_before_s_;
    std::optional<TimeControl> clock_;
    TimeControl::Plan plan_;
    double next_clock_update_s_ = 0;
    std::atomic<double> clock_limit_s_{1e30};
    std::atomic<double> slowest_playout_s_{0};
    std::atomic<int64_t> begun_{0};  // those that count and those under way
    std::atomic<int64_t> playouts_{0};
    std::atomic<int64_t> fruitless_{0};  // since the last one that counted
};

}  // namespace katago
