// SPDX-License-Identifier: MIT
#include "search/policy/utility.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace katago {

namespace {

constexpr double kTwoOverPi = 2 / std::numbers::pi;

// The expected score value on a grid of means and standard deviations a point apart, for a board and scale where
// scale * sqrt(area) is kLength; other boards are stretched to it.
class ScoreValueTable {
  public:
    ScoreValueTable() : values_(static_cast<size_t>(kMeans) * kStdevs) {
        // atan at every tenth of a point that the sums need; those whole points apart lie beside each other, so that
        // the sums of all means are added up side by side.
        constexpr int kReach = 10 * kRadius + 5 + 50 * (kStdevs - 1);
        std::vector<double> atans[10];
        for (int i = -kReach; i <= kReach; ++i)
            atans[(i + kReach) % 10].push_back(kTwoOverPi * std::atan(i / (10.0 * kLength)));
        std::vector<double> weights(101);
        double total = 0;
        for (int i = -50; i <= 50; ++i)
            total += weights[static_cast<size_t>(i + 50)] = std::exp(-0.5 * (i / 10.0) * (i / 10.0));
        std::vector<double> sums(kMeans);
        for (int k = 0; k < kStdevs; ++k) {
            std::fill(sums.begin(), sums.end(), 0.0);
            for (int i = -50; i <= 50; ++i) {
                const int first = kReach - 10 * kRadius - 5 + i * k;
                const double* atan = atans[first % 10].data() + first / 10;
                const double weight = weights[static_cast<size_t>(i + 50)];
                for (size_t m = 0; m < sums.size(); ++m) sums[m] += weight * atan[m];
            }
            for (int m = 0; m < kMeans; ++m) values_[index(m, k)] = sums[static_cast<size_t>(m)] / total;
        }
    }

    // Both in points of the table's board.
    double at(double mean, double stdev) const {
        const double rounded = std::round(mean);
        const double floor = std::floor(stdev);
        const double row_fraction = mean - rounded + 0.5;
        const double column_fraction = stdev - floor;
        const auto row = static_cast<int>(std::clamp(rounded + kRadius, -1.0, static_cast<double>(kMeans)));
        const int row0 = std::clamp(row, 0, kMeans - 1);
        const int row1 = row < 0 ? 0 : std::min(row + 1, kMeans - 1);
        const auto column0 = static_cast<int>(std::clamp(floor, 0.0, static_cast<double>(kStdevs - 1)));
        const int column1 = std::min(column0 + 1, kStdevs - 1);
        const auto between = [column_fraction](double a, double b) { return a + (b - a) * column_fraction; };
        const double first = between(values_[index(row0, column0)], values_[index(row0, column1)]);
        const double second = between(values_[index(row1, column0)], values_[index(row1, column1)]);
        return first + (second - first) * row_fraction;
    }

  private:
    static constexpr int kLength = 19;
    static constexpr int kRadius = kLength * kLength + 60;
    static constexpr int kMeans = 2 * kRadius;
    static constexpr int kStdevs = kRadius;

    static size_t index(int mean, int stdev) {
        return static_cast<size_t>(mean) * kStdevs + static_cast<size_t>(stdev);
    }

    std::vector<double> values_;
};

constexpr int kTPoints = 2000;
constexpr double kTReach = 50;

std::vector<double> make_student_t3_table() {
    std::vector<double> table(kTPoints);
    for (int i = 0; i < kTPoints; ++i) {
        const double z = -kTReach + 2 * kTReach * i / (kTPoints - 1);
        const double a = z / std::sqrt(3.0);
        table[static_cast<size_t>(i)] = 0.5 + (a / (1 + a * a) + std::atan(a)) / std::numbers::pi;
    }
    table.front() = 0;
    table.back() = 1;
    return table;
}

}  // namespace

double expected_score_value(double mean, double stdev, double center, double scale, double sqrt_area) {
    static const ScoreValueTable table;
    const double stretch = kMaxBoardLength / (scale * sqrt_area);
    return table.at((mean - center) * stretch, stdev * stretch);
}

double student_t3_cdf(double z) {
    static const std::vector<double> table = make_student_t3_table();
    const double at = (z + kTReach) * ((kTPoints - 1) / (2 * kTReach));
    if (!(at > 0)) return 0;
    if (at >= kTPoints - 1) return 1;
    const auto below = static_cast<size_t>(at);
    return table[below] + (table[below + 1] - table[below]) * (at - static_cast<double>(below));
}

UtilityFunction::UtilityFunction(const SearchParams& params, int area, double score_center)
    : win_loss_factor_(params.win_loss_utility_factor),
      no_result_utility_(params.no_result_utility_for_white),
      static_factor_(params.static_score_utility_factor),
      dynamic_factor_(params.dynamic_score_utility_factor),
      dynamic_scale_(params.dynamic_score_center_scale),
      center_(score_center),
      sqrt_area_(std::sqrt(area)) {}

double UtilityFunction::of_result(double win_loss, double no_result) const {
    return win_loss * win_loss_factor_ + no_result * no_result_utility_;
}

double UtilityFunction::of_score(double mean, double stdev) const {
    return static_factor_ * expected_score_value(mean, stdev, 0, kStaticScale, sqrt_area_) +
           dynamic_factor_ * expected_score_value(mean, stdev, center_, dynamic_scale_, sqrt_area_);
}

double UtilityFunction::of_bonus(const NodeStats& averages, double points) const {
    const double stdev = averages.score_stdev();
    return of_score(averages.score_mean + points, stdev) - of_score(averages.score_mean, stdev);
}

double UtilityFunction::score_slope(double mean) const {
    const auto slope = [this, mean](double center, double scale) {
        const double width = scale * sqrt_area_;
        return kTwoOverPi * width / (width * width + (mean - center) * (mean - center));
    };
    return static_factor_ * slope(0, kStaticScale) + dynamic_factor_ * slope(center_, dynamic_scale_);
}

double dynamic_score_center(const SearchParams& params, int area, double score) {
    const double cap = std::sqrt(area) * params.dynamic_score_center_scale;
    return std::clamp(score * (1 - params.dynamic_score_center_zero_weight), score - cap, score + cap);
}

double evaluation_weight(const SearchParams& params, const UtilityFunction& utility, const Evaluation& evaluation) {
    if (!params.use_uncertainty || evaluation.shortterm_winloss_error < 0 || evaluation.shortterm_score_error < 0)
        return 1;
    const double uncertainty = params.win_loss_utility_factor * evaluation.shortterm_winloss_error +
                               utility.score_slope(evaluation.white_score_mean) * evaluation.shortterm_score_error;
    const double powered =
        params.uncertainty_exponent == 1 ? uncertainty : std::pow(uncertainty, params.uncertainty_exponent);
    return params.uncertainty_coeff / (powered + params.uncertainty_coeff / params.uncertainty_max_weight);
}

NodeStats stats_of(const Evaluation& evaluation, double weight, const UtilityFunction& utility) {
    NodeStats stats = stats_of(evaluation, weight, 0.0);
    stats.utility = utility.of(stats);
    stats.utility_sq = stats.utility * stats.utility;
    return stats;
}

NodeStats stats_of(const Evaluation& evaluation, double weight, double utility) {
    NodeStats stats;
    stats.visits = 1;
    stats.weight = weight;
    stats.weight_sq = weight * weight;
    stats.win_loss = static_cast<double>(evaluation.white_win) - static_cast<double>(evaluation.white_loss);
    stats.no_result = evaluation.no_result;
    stats.score_mean = evaluation.white_score_mean;
    stats.score_mean_sq = evaluation.white_score_mean_sq;
    stats.lead = evaluation.white_lead;
    stats.utility = utility;
    stats.utility_sq = stats.utility * stats.utility;
    return stats;
}

NodeStats stats_of_result(const BoardHistory& history, double draw_wins, double weight,
                          const UtilityFunction& utility) {
    NodeStats stats;
    stats.visits = 1;
    stats.weight = weight;
    stats.weight_sq = weight * weight;
    if (history.no_result()) {
        stats.no_result = 1;
    } else {
        const double score = history.white_score();
        const double wins = history.winner() == Color::White ? 1 : history.winner() == Color::Black ? 0 : draw_wins;
        const bool integer = score == std::floor(score);
        stats.win_loss = 2 * wins - 1;
        stats.score_mean = stats.lead = score + (history.rules().result_is_integer() ? draw_wins - 0.5 : 0.0);
        // A drawable score is felt as half a point to either side, by what a draw is worth.
        stats.score_mean_sq =
            integer ? (score - 0.5) * (score - 0.5) * (1 - draw_wins) + (score + 0.5) * (score + 0.5) * draw_wins
                    : score * score;
    }
    stats.utility = utility.of(stats);
    stats.utility_sq = stats.utility * stats.utility;
    return stats;
}

double interpolate_early(double early, double late, double halflife, int turn, double sqrt_area) {
    const double halflives = turn / halflife * kMaxBoardLength / sqrt_area;
    return late + (early - late) * std::pow(0.5, halflives);
}

}  // namespace katago
