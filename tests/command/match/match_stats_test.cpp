// SPDX-License-Identifier: MIT
#include "command/match/match_stats.h"

#include <doctest/doctest.h>

#include <cmath>
#include <initializer_list>

using namespace katago;

namespace {

// Of values computed by hand to this many digits.
constexpr double kDigits = 1e-6;

bool near(double value, double expected, double tolerance = kDigits) {
    return std::abs(value - expected) <= tolerance;
}

}  // namespace

TEST_CASE("match_stats: Elo and scores are each other's inverse") {
    CHECK(near(score_of_elo(0), 0.5));
    CHECK(near(score_of_elo(100), 0.6400650));   // 1 / (1 + 10^-0.25)
    CHECK(near(elo_of_score(0.6), 70.4365036));  // 400 log10(0.6 / 0.4)
    for (const double elo : {-500.0, -3.0, 0.0, 77.0}) CHECK(near(elo_of_score(score_of_elo(elo)), elo));
    CHECK(std::isinf(elo_of_score(1)));
    CHECK(elo_of_score(0) < 0);
    CHECK(std::isinf(elo_of_score(0)));
}

TEST_CASE("match_stats: without draws the interval is Wilson's") {
    const ScoreEstimate estimate = estimate_score({.wins = 60, .draws = 0, .losses = 40});
    CHECK(near(estimate.mean, 0.6));
    CHECK(near(estimate.standard_error, std::sqrt(0.6 * 0.4 / 100)));
    CHECK(near(estimate.low, 0.5020026));
    CHECK(near(estimate.high, 0.6905987));
}

TEST_CASE("match_stats: draws make the interval narrower") {
    const ScoreEstimate estimate = estimate_score({.wins = 30, .draws = 40, .losses = 10});
    CHECK(near(estimate.mean, 0.625));
    CHECK(near(estimate.standard_error, 0.0369755));
    CHECK(near(estimate.low, 0.5499352));
    CHECK(near(estimate.high, 0.6945000));
}

TEST_CASE("match_stats: few and one-sided games leave an interval that makes sense") {
    const ScoreEstimate won = estimate_score({.wins = 10, .draws = 0, .losses = 0});
    CHECK(won.mean == 1);
    CHECK(near(won.low, 0.7224672));
    CHECK(won.high == 1);
    const ScoreEstimate lost = estimate_score({.wins = 0, .draws = 0, .losses = 10});
    CHECK(lost.low == 0);
    CHECK(near(lost.high, 1 - 0.7224672));
    const ScoreEstimate drawn = estimate_score({.wins = 0, .draws = 3, .losses = 0});
    CHECK(drawn.mean == 0.5);
    CHECK(drawn.low < 0.4);
    CHECK(near(drawn.high - 0.5, 0.5 - drawn.low));
    const ScoreEstimate nothing = estimate_score({});
    CHECK(nothing.low == 0);
    CHECK(nothing.high == 1);
}

TEST_CASE("match_stats: without draws the likelihood ratio is the binomial one") {
    // 60 log(0.640065 / 0.5) + 40 log(0.359935 / 0.5); an outcome never seen counts as a thousandth of a game.
    CHECK(near(log_likelihood_ratio({.wins = 60, .draws = 0, .losses = 40}, 0, 100), 1.6703126, 1e-3));
    CHECK(near(log_likelihood_ratio({.wins = 40, .draws = 0, .losses = 60}, -100, 0), -1.6703126, 1e-3));
}

TEST_CASE("match_stats: with draws each hypothesis is taken at its likeliest share of draws") {
    // Both likelihoods maximised over the share of draws by a search.
    CHECK(near(log_likelihood_ratio({.wins = 30, .draws = 40, .losses = 10}, 0, 50), 4.2216704));
    CHECK(log_likelihood_ratio({}, 0, 50) == 0);
    CHECK(near(log_likelihood_ratio({.wins = 7, .draws = 5, .losses = 7}, -20, 20), 0));
}

TEST_CASE("match_stats: the test accepts a hypothesis at Wald's bounds") {
    const SprtOptions options{.elo0 = 0, .elo1 = 100, .alpha = 0.05, .beta = 0.05};
    CHECK(near(options.upper_bound(), 2.9444390));  // log 19
    CHECK(near(options.lower_bound(), -2.9444390));
    CHECK(near(SprtOptions{.alpha = 0.01, .beta = 0.1}.upper_bound(), std::log(90)));
    CHECK(near(SprtOptions{.alpha = 0.01, .beta = 0.1}.lower_bound(), std::log(0.1 / 0.99)));
    CHECK(sprt_verdict(options, 2.95) == SprtVerdict::AcceptH1);
    CHECK(sprt_verdict(options, -2.95) == SprtVerdict::AcceptH0);
    CHECK(sprt_verdict(options, 2.9) == SprtVerdict::Undecided);
}
