// SPDX-License-Identifier: MIT
#include "command/match/match_stats.h"

#include <array>
#include <cmath>
#include <limits>

namespace katago {

namespace {

// Quantile of the normal distribution for a two-sided 95 %.
constexpr double kZ95 = 1.959963984540054;

// Stands for an outcome that was never seen, so that no hypothesis gives it probability zero.
constexpr double kUnseenGames = 1e-3;

constexpr size_t kOutcomes = 3;
constexpr std::array<double, kOutcomes> kPoints = {1, 0.5, 0};

// Variance of one game's points.
double variance(double wins, double draws, double losses) {
    const double games = wins + draws + losses;
    const double mean = (wins + 0.5 * draws) / games;
    return (wins * (1 - mean) * (1 - mean) + draws * (0.5 - mean) * (0.5 - mean) + losses * mean * mean) / games;
}

// Variance of one game as a share of what it would be without draws, with half a win and half a loss added: it is
// never 0, and 1 without draws.
double draw_factor(const MatchScore& score) {
    const double wins = static_cast<double>(score.wins) + 0.5;
    const double losses = static_cast<double>(score.losses) + 0.5;
    const auto draws = static_cast<double>(score.draws);
    const double mean = (wins + 0.5 * draws) / (wins + draws + losses);
    return variance(wins, draws, losses) / (mean * (1 - mean));
}

// Log-likelihood of the likeliest distribution among those with this mean, up to a constant. That distribution is
// p_i = f_i / (1 + t (a_i - mean)) with the frequencies f_i and points a_i; t is where the mean comes out right.
double log_likelihood(const std::array<double, kOutcomes>& counts, double mean) {
    double low = -1 / (1 - mean);
    double high = 1 / mean;
    for (int i = 0; i < 200 && low < high; ++i) {
        const double middle = 0.5 * (low + high);
        double excess = 0;  // falls with t
        for (size_t k = 0; k < kOutcomes; ++k)
            excess += counts[k] * (kPoints[k] - mean) / (1 + middle * (kPoints[k] - mean));
        (excess > 0 ? low : high) = middle;
    }
    const double t = 0.5 * (low + high);
    double sum = 0;
    for (size_t k = 0; k < kOutcomes; ++k) sum -= counts[k] * std::log1p(t * (kPoints[k] - mean));
    return sum;
}

}  // namespace

void MatchScore::add(Outcome outcome) {
    if (outcome == Outcome::Win) ++wins;
    if (outcome == Outcome::Draw) ++draws;
    if (outcome == Outcome::Loss) ++losses;
}

double score_of_elo(double elo) {
    return 1 / (1 + std::pow(10, -elo / 400));
}

double elo_of_score(double score) {
    if (score <= 0) return -std::numeric_limits<double>::infinity();
    if (score >= 1) return std::numeric_limits<double>::infinity();
    return -400 * std::log10(1 / score - 1);
}

ScoreEstimate estimate_score(const MatchScore& score) {
    ScoreEstimate estimate;
    if (score.games() == 0) return estimate;
    const auto games = static_cast<double>(score.games());
    estimate.mean = score.mean();
    const double spread =
        variance(static_cast<double>(score.wins), static_cast<double>(score.draws), static_cast<double>(score.losses));
    estimate.standard_error = std::sqrt(spread / games);

    const double effective = games / draw_factor(score);
    const double z2 = kZ95 * kZ95 / effective;
    const double center = (estimate.mean + z2 / 2) / (1 + z2);
    const double half =
        kZ95 / (1 + z2) * std::sqrt(estimate.mean * (1 - estimate.mean) / effective + z2 / (4 * effective));
    // The interval of an extreme mean ends exactly there, which rounding would miss.
    estimate.low = score.points() == 0 ? 0 : center - half;
    estimate.high = score.points() == games ? 1 : center + half;
    return estimate;
}

double SprtOptions::lower_bound() const {
    return std::log(beta / (1 - alpha));
}

double SprtOptions::upper_bound() const {
    return std::log((1 - beta) / alpha);
}

double log_likelihood_ratio(const MatchScore& score, double elo0, double elo1) {
    if (score.games() == 0) return 0;
    std::array<double, kOutcomes> counts = {static_cast<double>(score.wins), static_cast<double>(score.draws),
                                            static_cast<double>(score.losses)};
    for (double& count : counts)
        if (count == 0) count = kUnseenGames;
    return log_likelihood(counts, score_of_elo(elo1)) - log_likelihood(counts, score_of_elo(elo0));
}

SprtVerdict sprt_verdict(const SprtOptions& options, double log_ratio) {
    if (log_ratio >= options.upper_bound()) return SprtVerdict::AcceptH1;
    if (log_ratio <= options.lower_bound()) return SprtVerdict::AcceptH0;
    return SprtVerdict::Undecided;
}

}  // namespace katago
