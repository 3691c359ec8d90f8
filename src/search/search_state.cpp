// SPDX-License-Identifier: MIT
#include "search/search_state.h"

#include <algorithm>
#include <chrono>
#include <string>

namespace katago {

namespace {

// How long to wait for a report's first values.
constexpr double kFirstValuesPoll_s = 0.01;

}  // namespace

Search::State::State(Evaluator& the_evaluator, const SearchParams& params, uint64_t the_seed)
    : evaluator(the_evaluator), seed(the_seed), choice_rng(mix::split(the_seed)) {
    set_params(params);
    settle_history();
    forget_root();
}

void Search::State::set_params(const SearchParams& params) {
    context.profile = profile_of_name(params.human_profile);
    context.params = params;
    context.params.num_threads = std::max(1, params.num_threads);
}

void Search::State::clear() {
    tree.clear();
    context.root_evaluation.reset();
    carried_s = 0;
    forget_root();
}

void Search::State::forget_root() {
    context.root_allowed.assign(static_cast<size_t>(context.size().area()) + 1, 1);
    context.root_ending_bonus.clear();
    context.root_symmetries = {0};
    context.adjusted_root_evaluation.reset();
    context.root_human_evaluation.reset();
}

void Search::State::settle_history() {
    context.root_history.set_pass_alive_under_suicide(
        context.params.pass_alive_under_suicide.value_or(evaluator.info().pass_alive_under_suicide));
}

Worker& Search::State::worker(size_t index) {
    while (workers.size() <= index)
        workers.push_back(
            std::make_unique<Worker>(evaluator, human_evaluator, mix::murmur(seed + 0x9E37 * workers.size())));
    return *workers[index];
}

bool Search::State::keep_child_as_root(Point point) {
    const TreeNode* root = tree.root();
    const Edge* edge = root ? root->find_edge(point) : nullptr;
    if (!edge || !edge->child()->evaluation()) return false;
    const TreeNode& child = *edge->child();
    const auto old_visits = static_cast<double>(std::max<int64_t>(1, root->visits()));
    carried_s *= std::min(1.0, static_cast<double>(child.visits()) / old_visits) *
                 context.params.tree_reuse_carry_over_time_factor;
    tree.set_root(child.copy_as_root(context.root_history.finished()));
    tree.sweep(context.params.subtree_value_bias_free_prop);
    // The search asks the network anew: a root is shown and evaluated differently.
    context.root_evaluation = tree.root()->shared_evaluation();
    forget_root();
    return true;
}

SearchResult Search::State::run(Search& search, const SearchLimits& limits, const SearchEvents& events) {
    const auto start = std::chrono::steady_clock::now();
    prepare(limits.pondering);
    Run run(context, tree, limits, {.start = start, .carried_s = carried_s, .slowest_playout_s = slowest_playout_s});
    run_threads(search, run, events);
    result = {run.playouts(), run.seconds()};
    carried_s += result.seconds;
    if (run.has_clock()) slowest_playout_s = run.slowest_playout_s();
    if (context.value_memory) {
        const std::unique_lock lock(mutex);
        value_memory->record(tree, context.params, context.params_hash);
    }
    if (events.on_done) events.on_done(search);
    return result;
}

void Search::State::work(Run& run, Worker& worker, const std::function<void()>& lead) {
    const bool leads = lead != nullptr;
    try {
        while (!stopped() && run.begin_playout()) {
            if (leads) {
                run.update_clock();
                lead();
            }
            const bool full = run.tree_is_full();
            if (full && leads) tell_of_full_tree(run);
            const double before_s = run.has_clock() ? run.seconds() : 0;
            const Worker::Playout end = worker.playout({.visits_left = run.visits_left(), .may_grow = !full});
            if (end == Worker::Playout::Waited) {
                run.drop_playout();
                continue;
            }
            const bool counts = end == Worker::Playout::Counts;
            run.end_playout(counts, run.has_clock() ? run.seconds() - before_s : 0);
            if (!counts) std::this_thread::yield();
        }
        if (log && leads && run.stuck())
            log->write("Search ended early: after " + std::to_string(run.playouts()) + " playouts no more came of any");
    } catch (...) {
        stop_requested = true;  // the others have nothing to work for; Thread hands the exception on
        throw;
    }
}

void Search::State::tell_of_full_tree(const Run& run) {
    if (!log || told_of_full_tree.exchange(true)) return;
    log->write("The search tree has reached its limit of " + std::to_string(run.max_tree_bytes() >> 20) +
               " MB (maxTreeMemoryMB): the search goes on, but does not grow any more");
}

void Search::State::run_threads(const Search& search, Run& run, const SearchEvents& events) {
    const auto threads = static_cast<size_t>(run.threads());
    for (size_t i = 0; i < threads; ++i) worker(i).begin(context, tree, mix::split(seed + (runs << 16) + i));
    const bool reports = events.on_report && events.report_every_s > 0;
    if (threads == 1 && !reports) {
        work(run, worker(0), [] {});
        return;
    }
    std::mutex done_mutex;
    std::condition_variable done;
    const auto first = static_cast<size_t>(run.useful_threads());
    auto active = static_cast<int>(first);
    // Those that the first one starts while it leads, after which nobody adds to them, are joined after it.
    std::vector<std::unique_ptr<Thread>> first_threads, later_threads;
    const auto start_thread = [&](size_t i, const std::function<void()>& lead) {
        return std::make_unique<Thread>([&, i, lead] {
            struct Leave {
                std::mutex& mutex;
                std::condition_variable& left;
                int& count;
                ~Leave() {
                    const std::lock_guard lock(mutex);
                    --count;
                    left.notify_all();
                }
            } const leave{done_mutex, done, active};
            work(run, *workers[i], lead);
        });
    };
    const auto start_later_threads = [&] {
        while (first + later_threads.size() < static_cast<size_t>(run.useful_threads())) {
            const std::lock_guard lock(done_mutex);
            later_threads.push_back(start_thread(first + later_threads.size(), {}));
            ++active;
        }
    };
    for (size_t i = 0; i < first; ++i)
        first_threads.push_back(start_thread(i, i == 0 ? start_later_threads : std::function<void()>()));
    if (reports) report_until_done(search, events, run, done_mutex, done, active);
    std::exception_ptr failure;
    for (const auto* threads_to_join : {&first_threads, &later_threads}) {
        for (const std::unique_ptr<Thread>& thread : *threads_to_join) {
            try {
                thread->join();
            } catch (...) {
                failure = std::current_exception();  // thrown on when all have ended
            }
        }
    }
    if (failure) std::rethrow_exception(failure);
}

void Search::State::report_until_done(const Search& search, const SearchEvents& events, const Run& run,
                                      std::mutex& done_mutex, std::condition_variable& done, const int& active) {
    double next = events.first_report_after_s;
    for (;;) {
        {
            std::unique_lock lock(done_mutex);
            const auto wait = std::chrono::duration<double>(std::max(0.0, next - run.seconds()));
            if (done.wait_for(lock, wait, [&] { return active == 0; })) return;
        }
        const bool has_values = tree.root()->evaluation() != nullptr;
        if (has_values) events.on_report(search);
        next = run.seconds() + (has_values ? events.report_every_s : kFirstValuesPoll_s);
    }
}

}  // namespace katago
