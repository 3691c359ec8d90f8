// SPDX-License-Identifier: MIT
#include "eval/agreement.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <mutex>
#include <numeric>
#include <tuple>

#include "core/ensure.h"
#include "core/parallel_for.h"
#include "eval/eval_thread.h"

namespace katago {

namespace {

constexpr int kFewMoves = 5;
constexpr float kLeastProbability = 1e-20f;

double divergence(const std::vector<float>& right, const std::vector<float>& found) {
    double sum = 0;
    for (size_t i = 0; i < right.size(); ++i) {
        if (right[i] <= 0) continue;
        const double p = double{right[i]}, q = double{std::max(found[i], kLeastProbability)};
        sum += p * std::log(p / q) - p + q;  // the last two add up to 0, and make every term positive
    }
    return std::max(sum, 0.0);
}

double winrate(const Evaluation& evaluation) {
    return 0.5 * (1 + double{evaluation.white_win} - double{evaluation.white_loss});
}

struct Spread {
    double mean = 0, p99 = 0, max = 0;
};

template <class Measure>
Spread spread(std::span<const Difference> differences, const Measure& measure) {
    std::vector<double> values;
    values.reserve(differences.size());
    for (const Difference& difference : differences) values.push_back(measure(difference));
    std::sort(values.begin(), values.end());
    const double sum = std::accumulate(values.begin(), values.end(), 0.0);
    return {sum / static_cast<double>(values.size()), values[std::min(values.size() - 1, values.size() * 99 / 100)],
            values.back()};
}

// Big boards first, those of one shape together: a thread compiles a plan for each shape it meets.
std::vector<size_t> by_shape(std::span<const BoardHistory> positions) {
    std::vector<size_t> order(positions.size());
    std::iota(order.begin(), order.end(), size_t{0});
    const auto shape = [&](size_t i) {
        const BoardSize size = positions[i].board().size();
        return std::tuple(-size.area(), size.width);
    };
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return shape(a) < shape(b); });
    return order;
}

}  // namespace

std::string describe(const Agreement& a) {
    char text[200];
    std::snprintf(text, sizeof(text),
                  "top-1 %.2f %%, policy KL %.1e, win rate %.3f / %.3f %%, lead %.3f / %.3f points (%d positions)",
                  100 * a.top1, a.mean_kl, 100 * a.mean_winrate_error, 100 * a.p99_winrate_error, a.mean_score_error,
                  a.p99_score_error, a.positions);
    return text;
}

Difference compare(const Evaluation& right, const Evaluation& found) {
    ENSURE(right.policy.size() == found.policy.size());
    Difference d;
    const auto best =
        static_cast<size_t>(std::max_element(right.policy.begin(), right.policy.end()) - right.policy.begin());
    const auto better =
        std::count_if(found.policy.begin(), found.policy.end(), [&](float p) { return p > found.policy[best]; });
    d.same_best = better == 0, d.best_in_five = better < kFewMoves;
    d.kl = divergence(right.policy, found.policy);
    d.right_winrate = winrate(right), d.found_winrate = winrate(found);
    d.right_score = double{right.white_lead}, d.found_score = double{found.white_lead};
    if (!right.has_ownership() || !found.has_ownership()) return d;
    for (size_t i = 0; i < right.white_ownership.size(); ++i)
        d.ownership_error += std::abs(double{right.white_ownership[i]} - double{found.white_ownership[i]});
    d.ownership_error /= static_cast<double>(right.white_ownership.size());
    return d;
}

Agreement summarize(std::span<const Difference> differences) {
    Agreement a;
    a.positions = static_cast<int>(differences.size());
    if (differences.empty()) return a;
    const Spread kl = spread(differences, [](const Difference& d) { return d.kl; });
    const Spread winrate_error = spread(differences, [](const Difference& d) { return d.winrate_error(); });
    const Spread score = spread(differences, [](const Difference& d) { return d.score_error(); });
    const Spread ownership = spread(differences, [](const Difference& d) { return d.ownership_error; });
    a.top1 = spread(differences, [](const Difference& d) { return d.same_best ? 1.0 : 0.0; }).mean;
    a.top5 = spread(differences, [](const Difference& d) { return d.best_in_five ? 1.0 : 0.0; }).mean;
    a.mean_kl = kl.mean, a.p99_kl = kl.p99, a.max_kl = kl.max;
    a.mean_winrate_error = winrate_error.mean, a.p99_winrate_error = winrate_error.p99;
    a.mean_score_error = score.mean, a.p99_score_error = score.p99;
    a.mean_ownership_error = ownership.mean, a.p99_ownership_error = ownership.p99;
    return a;
}

EvalOptions comparison_options() {
    static const SgfMetadata nobody;
    EvalOptions options;
    options.symmetry = 0;
    options.include_ownership = options.skip_cache = true;
    options.metadata = &nobody;
    return options;
}

namespace {

std::shared_ptr<const Evaluation> evaluate(EvalThread& thread, const BoardHistory& history) {
    return thread.evaluate(history.board(), history, history.next_player(), comparison_options());
}

// Does `count` pieces of work in several threads: each calls make_worker() once, and what that returns with the index
// of every piece that it takes.
template <class MakeWorker>
void work_through(size_t count, const CompareOptions& options, const MakeWorker& make_worker) {
    std::mutex mutex;
    size_t done = 0;
    parallel_for(count, options.threads, [&](ParallelRange& range) {
        auto work = make_worker();
        while (const auto index = range.next()) {
            work(*index);
            const std::scoped_lock lock(mutex);
            if (options.progress) options.progress(++done, count);
        }
    });
}

}  // namespace

std::vector<Difference> compare_positions(Evaluator& right, Evaluator& found, std::span<const BoardHistory> positions,
                                          const CompareOptions& options) {
    const std::vector<size_t> order = by_shape(positions);
    std::vector<Difference> differences(positions.size());
    work_through(order.size(), options, [&] {
        return [&, right_thread = EvalThread(right, /*seed=*/0),
                found_thread = EvalThread(found, /*seed=*/0)](size_t index) mutable {
            const BoardHistory& history = positions[order[index]];
            const auto wanted = evaluate(right_thread, history);
            differences[order[index]] = compare(*wanted, *evaluate(found_thread, history));
        };
    });
    return differences;
}

std::vector<std::shared_ptr<const Evaluation>> evaluate_positions(Evaluator& evaluator,
                                                                  std::span<const BoardHistory> positions,
                                                                  const CompareOptions& options) {
    std::vector<std::shared_ptr<const Evaluation>> evaluations(positions.size());
    work_through(positions.size(), options, [&] {
        return [&, thread = EvalThread(evaluator, /*seed=*/0)](size_t index) mutable {
            evaluations[index] = evaluate(thread, positions[index]);
        };
    });
    return evaluations;
}

}  // namespace katago
