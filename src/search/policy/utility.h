// SPDX-License-Identifier: MIT
#pragma once

#include "eval/evaluation.h"
#include "game/history.h"
#include "search/params.h"
#include "search/tree/node.h"

namespace katago {

// The expectation of (2 / pi) * atan((X - center) / (scale * sqrt(area))) over a normal X: how much a score is felt as
// a result, -1 to 1, interpolated in a table. Source: KataGo's score utility.
double expected_score_value(double mean, double stdev, double center, double scale, double sqrt_area);

// The distribution function of Student's t with three degrees of freedom, interpolated in a table; 0 and 1 beyond 50.
double student_t3_cdf(double z);

// `value` turned to the view of `player`.
inline double for_player(Player player, double white_value) {
    return player == Color::White ? white_value : -white_value;
}

// Turns results and scores into the one number that the search maximises, White's view. Immutable.
class UtilityFunction {
  public:
    UtilityFunction() = default;
    // `score_center`: the score around which the search feels differences most.
    UtilityFunction(const SearchParams& params, int area, double score_center);

    double of_result(double win_loss, double no_result) const;
    double of_score(double mean, double stdev) const;
    double of(const NodeStats& averages) const {
        return of_result(averages.win_loss, averages.no_result) + of_score(averages.score_mean, averages.score_stdev());
    }
    // What `points` more would add.
    double of_bonus(const NodeStats& averages, double points) const;
    // Change of the score's utility a point at `mean`.
    double score_slope(double mean) const;
    // The largest magnitude there is.
    double radius() const { return win_loss_factor_ + static_factor_ + dynamic_factor_; }
    double sqrt_area() const { return sqrt_area_; }

  private:
    static constexpr double kStaticScale = 2;

    double win_loss_factor_ = 1;
    double no_result_utility_ = 0;
    double static_factor_ = 0;
    double dynamic_factor_ = 0;
    double dynamic_scale_ = 1;
    double center_ = 0;
    double sqrt_area_ = kMaxBoardLength;
};

// The center for a root whose expected score is `score`.
double dynamic_score_center(const SearchParams& params, int area, double score);

// How much an evaluation weighs: more where the network is sure of itself. 1 where it does not say, or by parameter.
double evaluation_weight(const SearchParams& params, const UtilityFunction& utility, const Evaluation& evaluation);

// A network's evaluation as the statistics of one visit.
NodeStats stats_of(const Evaluation& evaluation, double weight, const UtilityFunction& utility);
// The same where its utility is known.
NodeStats stats_of(const Evaluation& evaluation, double weight, double utility);
// The result of a finished game as the statistics of one visit.
NodeStats stats_of_result(const BoardHistory& history, double draw_wins, double weight, const UtilityFunction& utility);

// `late`, with `early` fading out by half every `halflife` turns of a 19x19 board.
double interpolate_early(double early, double late, double halflife, int turn, double sqrt_area);

}  // namespace katago
