// SPDX-License-Identifier: MIT
#include "command/analysis/analysis_workers.h"

#include <algorithm>

#include "command/analysis_common.h"
#include "command/options.h"
#include "core/hash.h"
#include "core/text.h"
#include "protocol/json_report.h"
#include "search/tree/value_memory.h"

namespace katago {

namespace {

// Longer than any search: "no second report".
constexpr double kNever_s = 1e8;

SearchParams params_of(const AnalysisJob& job) {
    SearchParams params = job.settings->params;
    const AnalysisQuery& query = job.query;
    if (query.max_visits) params.max_visits = *query.max_visits;
    if (query.root_fpu_reduction_max) params.root_fpu_reduction_max = *query.root_fpu_reduction_max;
    if (query.root_policy_temperature) {
        params.root_policy_temperature = *query.root_policy_temperature;
        params.root_policy_temperature_early = *query.root_policy_temperature;
    }
    return params;
}

}  // namespace

GtpGame game_of_query(const AnalysisQuery& query, int turns, const AnalysisOptions& options) {
    Board board(query.board);
    for (const Stone& stone : query.initial_stones) board.set_resolving(stone);
    GtpGame game(query.board, query.rules, GtpGame::Options::of(options.game));
    game.set_up(board, query.initial_player);
    for (int i = 0; i < turns; ++i) {
        const Move& move = query.moves[static_cast<size_t>(i)];
        if (!game.play(move))
            throw FieldError("moves",
                             "Illegal move " + std::to_string(i) + ": " + vertex_text(move.point, query.board));
    }
    return game;
}

// One thread's work: a search that is used for one task after the other.
class AnalysisWorkers::Worker {
  public:
    Worker(const Setup& setup, const std::shared_ptr<ValueMemory>& memory, size_t index)
        : setup_(setup),
          index_(index),
          search_(setup.engine.evaluator(), SearchParams::for_analysis(), mix::murmur(setup.engine.seed() + index)) {
        if (setup.human) search_.set_human_evaluator(&setup.human->evaluator());
        search_.share_value_memory(memory);
        search_.avoid_earlier_games(setup.avoided_games);
        search_.set_log(&setup.log);
    }

    void run() {
        while (const AnalysisTask* task = setup_.queue.take(index_)) {
            answer(*task);
            setup_.queue.done(index_);
        }
    }

  private:
    void answer(const AnalysisTask& task);
    int threads_for(int wanted) const;
    void prepare(const AnalysisTask& task);
    SearchEvents events_for(const AnalysisTask& task) const;
    std::string result(const AnalysisTask& task, bool during_search, const Search& search) const;
    void log_search(const AnalysisTask& task, const SearchResult& result) const;

    Setup setup_;
    size_t index_;
    Search search_;
};

int AnalysisWorkers::Worker::threads_for(int wanted) const {
    const AnalysisThreads& threads = setup_.options.threads;
    if (!threads.exceed_useful) return wanted;
    const auto busy = static_cast<int>(std::min(setup_.queue.load(), static_cast<size_t>(threads.positions)));
    return std::clamp(threads.counts.useful / std::max(1, busy), 1, wanted);
}

void AnalysisWorkers::Worker::prepare(const AnalysisTask& task) {
    const AnalysisQuery& query = task.job->query;
    SearchParams params = params_of(*task.job);
    params.num_threads = threads_for(params.num_threads);
    search_.set_params(params);
    search_.set_ownership_wanted(query.includes.needs_ownership());
    search_.set_position(game_of_query(query, task.turn.turn, setup_.options).history());
    restrict_moves(search_, query.restrictions);
}

SearchEvents AnalysisWorkers::Worker::events_for(const AnalysisTask& task) const {
    const AnalysisQuery& query = task.job->query;
    SearchEvents events;
    if (!query.report_every_s && !query.first_report_after_s) return events;
    events.report_every_s = query.report_every_s.value_or(kNever_s);
    events.first_report_after_s = query.first_report_after_s.value_or(events.report_every_s);
    events.on_report = [this, &task](const Search& search) {
        setup_.output.write(result(task, /*during_search=*/true, search));
    };
    return events;
}

std::string AnalysisWorkers::Worker::result(const AnalysisTask& task, bool during_search, const Search& search) const {
    const AnalysisQuery& query = task.job->query;
    ReportOptions options;
    options.pv_length = query.pv_length.value_or(setup_.options.pv_length);
    options.ownership = query.includes.ownership;
    options.ownership_stdev = query.includes.ownership_stdev;
    options.moves_ownership = query.includes.moves_ownership;
    options.moves_ownership_stdev = query.includes.moves_ownership_stdev;
    Report report = search.report(options);
    if (!report.has_root) return no_results_line(query.id, task.turn.turn);
    if (setup_.options.game.prevent_cleanup_phase) cut_variations_at_phase_end(search.history(), report);
    return result_line(report, {.id = query.id,
                                .turn = task.turn.turn,
                                .during_search = during_search,
                                .perspective = player_shown(task.job->settings->report_winrates_as, report.root.player),
                                .board = query.board,
                                .includes = query.includes});
}

void AnalysisWorkers::Worker::log_search(const AnalysisTask& task, const SearchResult& result) const {
    setup_.log.write("Search of " + task.job->query.id + " turn " + std::to_string(task.turn.turn) + ": " +
                     std::to_string(result.playouts) + " playouts in " + default_number(result.seconds) + " s");
}

void AnalysisWorkers::Worker::answer(const AnalysisTask& task) {
    std::string line;
    try {
        prepare(task);
        search_.begin(SearchLimits{}, events_for(task));
        setup_.queue.started(index_, search_);
        const SearchResult searched = search_.wait();
        line = result(task, /*during_search=*/false, search_);
        if (setup_.options.log_search_info) log_search(task, searched);
    } catch (const std::exception& error) {
        // Of whatever kind: each request gets its answer, and the others go on.
        line = failed_search_line(task.job->query.id, task.turn.turn, error.what());
        setup_.log.write(std::string("Search failed: ") + error.what());
    }
    // A waiting worker holds no tree, and a clear_cache that follows the answer finds all memory free.
    search_.clear();
    setup_.output.write(std::move(line));
}

AnalysisWorkers::AnalysisWorkers(const Setup& setup) : value_memory_(std::make_shared<ValueMemory>()) {
    for (int i = 0; i < setup.options.threads.positions; ++i)
        workers_.push_back(std::make_unique<Worker>(setup, value_memory_, static_cast<size_t>(i)));
    for (const std::unique_ptr<Worker>& worker : workers_)
        threads_.push_back(std::make_unique<Thread>([&worker = *worker] { worker.run(); }));
}

AnalysisWorkers::~AnalysisWorkers() = default;

void AnalysisWorkers::clear_value_memory() {
    value_memory_->clear();
}

void AnalysisWorkers::join() {
    for (const std::unique_ptr<Thread>& thread : threads_) thread->join();
}

}  // namespace katago
