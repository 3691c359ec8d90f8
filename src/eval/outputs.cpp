// SPDX-License-Identifier: MIT
#include "eval/outputs.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <string>

#include "core/error.h"
#include "game/symmetry.h"

namespace katago {

namespace {

// With passing hacks a pass weighs at most this many times what all other moves weigh together, and never nothing.
constexpr float kMaxPassRatio = 19;
constexpr float kMinPassWeight = 1e-20f;

void check_finite(double value, const OutputQuery& query, const char* what) {
    if (!std::isfinite(value))
        throw BackendError("network " + query.info.name + ": " + what + " is " + std::to_string(value) +
                           ", not a finite number");
}

double softplus(double x) {
    return x > 40 ? x : std::log1p(std::exp(x));
}

// Calls visit(policy index of the board, index of the same point in the planes under the symmetry) for every point.
template <class Visit>
void for_each_point(const OutputQuery& query, Visit&& visit) {
    const BoardSize size = query.history.board().size();
    const BoardSize seen = symmetry::size_after(size, query.symmetry);
    for (int y = 0; y < size.height; ++y)
        for (int x = 0; x < size.width; ++x) {
            const auto [tx, ty] = symmetry::map_xy(x, y, size, query.symmetry);
            visit(point_at(x, y), static_cast<size_t>(y * size.width + x), static_cast<size_t>(ty * seen.width + tx));
        }
}

// Writes the logits of legal moves over the temperature, and -1 for the others into `policy`, whose legal entries are
// left for the softmax.
class PolicyReader {
  public:
    PolicyReader(const OutputQuery& query, std::vector<float>& policy) : query_(query), policy_(policy) {}

    void read(const float* points, const float* pass) {
        const auto channels = static_cast<size_t>(query_.info.policy_channels);
        const size_t pass_index = policy_.size() - 1;
        for_each_point(query_, [&](Point point, size_t to, size_t from) {
            if (query_.history.is_legal(point, query_.player))
                add(to, points + from * channels);
            else
                policy_[to] = -1;
        });
        add(pass_index, pass);
        normalize(pass_index);
    }

  private:
    void add(size_t index, const float* logits) {
        float logit = logits[0];
        if (query_.info.policy_channels > 1)
            logit += (logits[1] - logits[0]) * static_cast<float>(query_.options.policy_optimism);
        logit /= static_cast<float>(query_.options.policy_temperature);
        logits_[legal_count_] = logit;
        legal_[legal_count_++] = static_cast<int16_t>(index);
    }

    // The pass is the last of the legal moves.
    void normalize(size_t pass_index) {
        float maximum = logits_[0];
        for (size_t i = 1; i < legal_count_; ++i) maximum = std::max(maximum, logits_[i]);
        float sum = 0;
        for (size_t i = 0; i + 1 < legal_count_; ++i) {
            logits_[i] = std::exp(logits_[i] - maximum);
            sum += logits_[i];
        }
        float pass_weight = std::exp(logits_[legal_count_ - 1] - maximum);
        if (query_.options.enable_passing_hacks)
            pass_weight = std::max(std::min(pass_weight, sum * kMaxPassRatio), kMinPassWeight);
        sum += pass_weight;
        check_finite(sum, query_, "the sum of the policy");
        const float scale = 1 / sum;
        for (size_t i = 0; i + 1 < legal_count_; ++i) policy_[static_cast<size_t>(legal_[i])] = logits_[i] * scale;
        policy_[pass_index] = pass_weight * scale;
    }

    const OutputQuery& query_;
    std::vector<float>& policy_;
    size_t legal_count_ = 0;
    // Of legal moves: logits, then weights; policy indices.
    std::array<float, kMaxPolicySize> logits_;
    std::array<int16_t, kMaxPolicySize> legal_;
};

// Probabilities and points from the player's view.
struct PlayerValues {
    double win = 0, loss = 0, no_result = 0;
    double score_mean = 0, score_mean_sq = 0, lead = 0;
};

void read_value(const OutputQuery& query, const float* logits, PlayerValues& values) {
    const Rules& rules = query.history.rules();
    // Version 3 was not taught which rules exclude it.
    const bool no_result_possible =
        query.info.version <= 3 || rules.ko == KoRule::Simple || rules.scoring == ScoringRule::Territory;
    double maximum = std::max(logits[0], logits[1]);
    if (no_result_possible) maximum = std::max<double>(maximum, logits[2]);
    const double win = std::exp(logits[0] - maximum);
    const double loss = std::exp(logits[1] - maximum);
    const double no_result = no_result_possible ? std::exp(logits[2] - maximum) : 0;
    const double sum = win + loss + no_result;
    check_finite(sum, query, "the sum of the value probabilities");
    values.win = win / sum;
    values.loss = loss / sum;
    values.no_result = no_result / sum;
}

// The only score of version 3 is squashed by an arctangent, in units of twice the side of the board.
double score_of_version_3(const OutputQuery& query, double raw) {
    constexpr double kLimit = 1e6;
    const double side = std::sqrt(query.history.board().area());
    return std::clamp(raw, -kLimit, kLimit) * 2 * side;
}

void read_score(const OutputQuery& query, const float* score, PlayerValues& values) {
    const OutputMultipliers& multipliers = query.info.multipliers;
    const int version = query.info.version;
    if (version <= 3) {
        values.score_mean = values.lead = score_of_version_3(query, score[0]);
        values.score_mean_sq = values.score_mean * values.score_mean;
    } else {
        values.score_mean = score[0] * multipliers.score_mean;
        const double stdev = softplus(score[1]) * multipliers.score_stdev;
        values.score_mean_sq = values.score_mean * values.score_mean + stdev * stdev;
        values.lead = score[version <= 7 ? 0 : 2] * multipliers.lead;
        // No result counts as a score of 0.
        const double result = 1 - values.no_result;
        values.score_mean *= result;
        values.score_mean_sq *= result;
        values.lead *= result;
    }
}

// Variance of the time left and short-term errors, which versions from 9 on predict.
void read_errors(const OutputQuery& query, const float* score, Evaluation& out) {
    const OutputMultipliers& multipliers = query.info.multipliers;
    const int version = query.info.version;
    if (version <= 8) {
        out.var_time_left = out.shortterm_winloss_error = out.shortterm_score_error = -1;
        return;
    }
    double winloss, points;
    if (version == 9) {
        winloss = softplus(score[4]);
        points = 10 * softplus(score[5]);
    } else if (version <= 13) {
        winloss = std::sqrt(softplus(score[4]) * multipliers.shortterm_value_error);
        points = std::sqrt(softplus(score[5]) * multipliers.shortterm_score_error);
    } else {
        winloss = softplus(score[4] * 0.5) * std::sqrt(multipliers.shortterm_value_error);
        points = softplus(score[5] * 0.5) * std::sqrt(multipliers.shortterm_score_error);
    }
    out.var_time_left = static_cast<float>(softplus(score[3]) * multipliers.variance_time);
    out.shortterm_winloss_error = static_cast<float>(winloss);
    out.shortterm_score_error = static_cast<float>(points);
    check_finite(out.var_time_left, query, "the variance of the time left");
    check_finite(winloss, query, "the short-term error of win and loss");
    check_finite(points, query, "the short-term error of the score");
}

void turn_to_white(const PlayerValues& values, Player player, Evaluation& out) {
    const bool white = player == Color::White;
    out.white_win = static_cast<float>(white ? values.win : values.loss);
    out.white_loss = static_cast<float>(white ? values.loss : values.win);
    out.no_result = static_cast<float>(values.no_result);
    out.white_score_mean = static_cast<float>(white ? values.score_mean : -values.score_mean);
    out.white_score_mean_sq = static_cast<float>(values.score_mean_sq);
    out.white_lead = static_cast<float>(white ? values.lead : -values.lead);
}

void read_ownership(const OutputQuery& query, const float* raw, std::vector<float>& white_ownership) {
    const float sign = query.player == Color::White ? 1.0f : -1.0f;
    for_each_point(query, [&](Point, size_t to, size_t from) {
        white_ownership[to] = sign * std::tanh(raw[from]);
        check_finite(white_ownership[to], query, "an ownership");
    });
}

}  // namespace

void decode_outputs(const OutputQuery& query, const PlanOutputs& raw, Evaluation& evaluation) {
    const Board& board = query.history.board();
    evaluation.width = board.width();
    evaluation.height = board.height();
    evaluation.policy_optimism = static_cast<float>(query.options.policy_optimism);
    evaluation.policy.resize(static_cast<size_t>(board.area()) + 1);
    PolicyReader(query, evaluation.policy).read(raw.policy, raw.pass);

    PlayerValues values;
    read_value(query, raw.value, values);
    read_score(query, raw.score, values);
    turn_to_white(values, query.player, evaluation);
    check_finite(evaluation.white_score_mean, query, "the score");
    check_finite(evaluation.white_score_mean_sq, query, "the square of the score");
    check_finite(evaluation.white_lead, query, "the lead");
    read_errors(query, raw.score, evaluation);

    if (query.options.include_ownership) {
        evaluation.white_ownership.resize(static_cast<size_t>(board.area()));
        read_ownership(query, raw.ownership, evaluation.white_ownership);
    }
}

}  // namespace katago
