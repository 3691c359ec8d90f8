// SPDX-License-Identifier: MIT
// bench_search [MODEL]: what the search costs beside the network.
// Without a model: playouts a second with one and two threads on fresh trees of 200,000 nodes, 19x19, where every
// evaluation is answered from the cache (a first search with a stub network filled it), and memory a node.
// With a model: playouts a second of one thread and of two, taken alternately, and how long one thread's playout takes
// beside an evaluation of the same positions, in CPU time.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <exception>
#include <string>
#include <vector>

#include "backend/registry.h"
#include "core/rng.h"
#include "eval/eval_thread.h"
#include "eval/inline_evaluator.h"
#include "nn/format/model_file.h"
#include "search/search.h"
#include "search/stub_backend.h"

using namespace katago;

namespace {

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

SearchParams params_for(int64_t visits, int threads) {
    SearchParams params;
    params.max_visits = visits;
    params.num_threads = threads;
    return params;
}

// A position of the opening, without symmetry.
BoardHistory position() {
    BoardHistory history = stub::empty_board(19);
    for (const auto& [x, y] : {std::pair{3, 3}, {15, 15}, {15, 3}, {3, 16}, {16, 13}, {2, 5}})
        history.make_move(point_at(x, y), history.next_player());
    return history;
}

struct Rate {
    double playouts_per_second = 0;
    double playouts_per_cpu_second = 0;  // of all threads together: what a machine with other work hides
    double bytes_per_node = 0;
    int64_t nodes = 0;
};

Rate search_once(Evaluator& evaluator, int64_t visits, int threads) {
    Search search(evaluator, params_for(visits, threads), 5);
    search.set_position(position());
    const std::clock_t start = std::clock();
    const SearchResult result = search.run({});
    const double cpu_seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    const int64_t nodes = search.tree_nodes();
    return {static_cast<double>(result.playouts) / result.seconds, static_cast<double>(result.playouts) / cpu_seconds,
            static_cast<double>(search.tree_bytes()) / static_cast<double>(nodes), nodes};
}

void measure_overhead(int64_t visits) {
    const auto evaluator = stub::make_evaluator({.policy_spread = 40, .cache_size_power_of_two = 25});
    search_once(*evaluator, visits, 1);
    for (int round = 0; round < 3; ++round) {
        for (const int threads : {1, 2}) {
            const EvaluatorStats before = evaluator->stats();
            const Rate rate = search_once(*evaluator, visits, threads);
            const EvaluatorStats after = evaluator->stats();
            std::printf(
                "%d thread(s): %.0f playouts/s, %.0f a CPU second, %lld nodes, %.0f bytes a node, %lld of %lld not in "
                "the cache\n",
                threads, rate.playouts_per_second, rate.playouts_per_cpu_second, static_cast<long long>(rate.nodes),
                rate.bytes_per_node, static_cast<long long>(after.evaluations - before.evaluations),
                static_cast<long long>(after.evaluations - before.evaluations + after.cache_hits - before.cache_hits));
            std::fflush(stdout);
        }
    }
}

// Evaluations a second of positions such as searches meet, each new to the evaluator.
double evaluation_rate(Evaluator& evaluator, int count) {
    EvalThread thread(evaluator, 1);
    Rng rng(uint64_t{7});
    double seconds = 0;  // of CPU time
    BoardHistory history = position();
    for (int i = 0; i < count; ++i) {
        if (i % 8 == 0) history = position();
        Point point;
        do point = point_at(static_cast<int>(rng.below(19)), static_cast<int>(rng.below(19)));
        while (!history.is_legal(point, history.next_player()));
        history.make_move(point, history.next_player());
        const std::clock_t start = std::clock();
        thread.evaluate(history.board(), history, history.next_player(), {});
        seconds += static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    }
    return count / seconds;
}

void measure_network(const std::string& file, int visits) {
    const Model model = read_model(file);
    const auto loaded = backends().front()->load(*model.graph);
    std::vector<double> ratios, costs;
    for (int round = 0; round < 7; ++round) {
        const auto fresh = [&] {
            return InlineEvaluator(model.info, model.graph->meta_channels(), loaded, {.cache_size_power_of_two = 14});
        };
        InlineEvaluator alone = fresh(), one = fresh(), two = fresh();
        const double evaluations = evaluation_rate(alone, visits);
        const Rate of_one = search_once(one, visits, 1);
        const double single = of_one.playouts_per_second;
        const double pair = search_once(two, 2 * visits, 2).playouts_per_second;
        // Playouts that found their evaluation in the tree or the cache cost next to nothing: count evaluations.
        const double run = of_one.playouts_per_cpu_second * static_cast<double>(one.stats().evaluations) / visits;
        ratios.push_back(pair / single);
        costs.push_back(evaluations / run - 1);
        std::printf(
            "evaluations alone %.1f a CPU second; one thread %.1f playouts/s (%.1f evaluations a CPU second), two "
            "%.1f: ratio %.3f, "
            "cost of the search %+.1f %%\n",
            evaluations, single, run, pair, ratios.back(), 100 * costs.back());
        std::fflush(stdout);
    }
    std::printf("medians: two threads make %.3f times the playouts of one; the search adds %+.1f %% to an evaluation\n",
                median(ratios), 100 * median(costs));
}

}  // namespace

int main(int argc, char** argv) {
    try {
        if (argc > 1)
            measure_network(argv[1], 300);
        else
            measure_overhead(200'000);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    return 0;
}
