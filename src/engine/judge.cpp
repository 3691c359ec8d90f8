// SPDX-License-Identifier: MIT
#include "engine/judge.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "core/parallel_for.h"

namespace katago {

Judge::Judge(const Model& model, const Backend& backend, std::vector<BoardHistory> positions, int threads,
             std::function<void(size_t done, size_t all)> progress)
    : info_(model.info), backend_(backend), positions_(std::move(positions)), threads_(std::max(threads, 1)) {
    right_ = answers_of(*model.graph, positions_.size(), [&](size_t done) {
        if (progress) progress(done, positions_.size());
    });
}

Judge::Answers Judge::answers_of(const Graph& graph, size_t count, const std::function<void(size_t)>& done) const {
    EvaluatorOptions options;
    options.cache_size_power_of_two = -1;
    Evaluator evaluator(info_, graph.meta_channels(), backend_.load(graph), options);
    Answers answers(count);
    std::mutex mutex;
    size_t finished = 0;
    parallel_for(count, threads_, [&](ParallelRange& range) {
        EvalThread thread(evaluator, /*seed=*/0);
        while (const auto index = range.next()) {
            const BoardHistory& history = positions_[*index];
            answers[*index] = thread.evaluate(history.board(), history, history.next_player(), comparison_options());
            const std::scoped_lock lock(mutex);
            done(++finished);
        }
    });
    return answers;
}

Agreement Judge::judge(const Graph& variant, size_t count, const std::function<void()>& poll) const {
    const Answers found = answers_of(variant, std::min(count, positions_.size()), [&](size_t) { poll(); });
    std::vector<Difference> differences;
    for (size_t i = 0; i < found.size(); ++i) differences.push_back(compare(*right_[i], *found[i]));
    return summarize(differences);
}

}  // namespace katago
