// SPDX-License-Identifier: MIT
#include "eval/agreement.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <memory>
#include <numeric>

#include "core/ensure.h"
#include "core/thread.h"

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

double mean(const std::vector<double>& values) {
    if (values.empty()) return 0;
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double percentile_99(std::vector<double> values) {
    if (values.empty()) return 0;
    std::sort(values.begin(), values.end());
    return values[std::min(values.size() - 1, values.size() * 99 / 100)];
}

void append(std::vector<double>& to, const std::vector<double>& from) {
    to.insert(to.end(), from.begin(), from.end());
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

void AgreementMeter::add(const Evaluation& right, const Evaluation& found) {
    ENSURE(right.policy.size() == found.policy.size());
    const auto best =
        static_cast<size_t>(std::max_element(right.policy.begin(), right.policy.end()) - right.policy.begin());
    const auto better =
        std::count_if(found.policy.begin(), found.policy.end(), [&](float p) { return p > found.policy[best]; });
    same_best_ += better == 0;
    best_in_five_ += better < kFewMoves;
    kl_.push_back(divergence(right.policy, found.policy));
    winrate_.push_back(std::abs(winrate(right) - winrate(found)));
    score_.push_back(std::abs(double{right.white_lead} - double{found.white_lead}));
    if (!right.has_ownership() || !found.has_ownership()) return;
    double sum = 0;
    for (size_t i = 0; i < right.white_ownership.size(); ++i)
        sum += std::abs(double{right.white_ownership[i]} - double{found.white_ownership[i]});
    ownership_.push_back(sum / static_cast<double>(right.white_ownership.size()));
}

void AgreementMeter::add(const AgreementMeter& other) {
    same_best_ += other.same_best_;
    best_in_five_ += other.best_in_five_;
    append(kl_, other.kl_);
    append(winrate_, other.winrate_);
    append(score_, other.score_);
    append(ownership_, other.ownership_);
}

Agreement AgreementMeter::result() const {
    Agreement a;
    a.positions = static_cast<int>(kl_.size());
    if (a.positions == 0) return a;
    a.top1 = static_cast<double>(same_best_) / a.positions;
    a.top5 = static_cast<double>(best_in_five_) / a.positions;
    a.mean_kl = mean(kl_), a.max_kl = *std::max_element(kl_.begin(), kl_.end());
    a.mean_winrate_error = mean(winrate_), a.p99_winrate_error = percentile_99(winrate_);
    a.mean_score_error = mean(score_), a.p99_score_error = percentile_99(score_);
    a.mean_ownership_error = mean(ownership_);
    return a;
}

Agreement compare_evaluators(Evaluator& right, Evaluator& found, std::span<const BoardHistory> positions, int threads) {
    EvalOptions options;
    options.symmetry = 0;
    options.include_ownership = options.skip_cache = true;
    SgfMetadata nobody;
    options.metadata = &nobody;
    std::atomic<size_t> next = 0;
    std::vector<AgreementMeter> meters(static_cast<size_t>(std::max(threads, 1)));
    std::vector<std::unique_ptr<Thread>> workers;
    for (AgreementMeter& meter : meters) {
        workers.push_back(std::make_unique<Thread>([&] {
            EvalThread right_thread(right, /*seed=*/0), found_thread(found, /*seed=*/0);
            for (size_t i; (i = next++) < positions.size();) {
                const BoardHistory& history = positions[i];
                const auto wanted = right_thread.evaluate(history.board(), history, history.next_player(), options);
                const auto seen = found_thread.evaluate(history.board(), history, history.next_player(), options);
                meter.add(*wanted, *seen);
            }
        }));
    }
    for (const auto& worker : workers) worker->join();
    AgreementMeter all;
    for (const AgreementMeter& meter : meters) all.add(meter);
    return all.result();
}

}  // namespace katago
