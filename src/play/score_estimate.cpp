// SPDX-License-Identifier: MIT
#include "play/score_estimate.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace katago {

namespace {

// Shifts beyond this are repeated before komi is bracketed.
constexpr double kSmallShift = 16;
constexpr int kMaxShifts = 3;
constexpr int kMaxBracket = 32;

double nearest_half(double komi) {
    const double limit = static_cast<double>(kMaxKomi);
    return std::clamp(std::round(komi * 2) / 2, -limit, limit);
}

// Finds the komi that makes a game even by searching it with several. Source: KataGo's final_score.
class FairKomi {
  public:
    FairKomi(QuietSearch& search, const BoardHistory& history)
        : search_(search),
          history_(history),
          // Under area scoring results come two points apart, so that one komi alone tells only half of the truth.
          smoothed_(history.rules().scoring == ScoringRule::Area && !history.rules().has_button),
          visits_(std::max<int64_t>(50, 10 * search.threads())) {}

    double find() {
        const double start = follow_lead(static_cast<double>(history_.rules().komi));
        const double at_start = win_loss(start);
        if (at_start == 0) return start;
        // More komi is better for White.
        const double direction = at_start < 0 ? 1 : -1;
        double near = 0;
        double far = 1;
        while (far < kMaxBracket && win_loss(start + direction * far) * direction < 0) {
            near = far;
            far *= 2;
        }
        return bisect(start + direction * near, start + direction * far);
    }

  private:
    struct Answer {
        double lead = 0, win_loss = 0;  // White's
    };

    // Moves komi by the lead that the search sees until it sees hardly any.
    double follow_lead(double komi) {
        double last_shift = 0;
        Answer last;
        for (int i = 0; i < kMaxShifts; ++i) {
            const Answer answer = ask(komi);
            if (i > 0 && got_worse(last, answer)) return nearest_half(komi - 0.5 * last_shift);
            double shift = -answer.lead;
            if (i > 0) shift = std::clamp(shift, -std::abs(last_shift), std::abs(last_shift));
            if ((shift > 0 && answer.win_loss > 0) || (shift < 0 && answer.win_loss < 0)) return komi;
            komi = nearest_half(komi + shift);
            if (std::abs(shift) < kSmallShift) return komi;
            last_shift = shift;
            last = answer;
        }
        return komi;
    }

    static bool got_worse(const Answer& last, const Answer& now) {
        const double sign = last.lead > 0 ? 1 : -1;
        const bool lead_grew = now.lead * sign > last.lead * sign + 5 && now.win_loss * sign < 0.75;
        const double win_sign = last.win_loss > 0 ? 1 : -1;
        return lead_grew || now.win_loss * win_sign > last.win_loss * win_sign + 0.1;
    }

    // Where the win-loss value crosses zero between two komi; it is monotonous but for noise.
    double bisect(double a, double b) {
        double low = std::min(a, b);
        double high = std::max(a, b);
        while (high - low > 0.5) {
            const double middle = nearest_half((low + high) / 2);
            if (middle <= low || middle >= high) break;
            (win_loss(middle) < 0 ? low : high) = middle;
        }
        const double at_low = win_loss(low);
        const double at_high = win_loss(high);
        if (at_low >= 0) return low;
        if (at_high <= 0) return high;
        return low + (high - low) * at_low / (at_low - at_high);
    }

    double win_loss(double komi) {
        if (!smoothed_) return ask(komi).win_loss;
        return 0.5 * (ask(komi - 0.5).win_loss + ask(komi + 0.5).win_loss);
    }

    Answer ask(double komi) {
        komi = nearest_half(komi);
        const auto known = answers_.find(komi);
        if (known != answers_.end()) return known->second;
        BoardHistory history = history_;
        history.set_komi(static_cast<float>(komi));
        const NodeValues values = search_.run(history, visits_).values;
        return answers_[komi] = {values.lead, values.win_loss};
    }

    QuietSearch& search_;
    const BoardHistory& history_;
    bool smoothed_;
    int64_t visits_;
    std::map<double, Answer> answers_;
};

}  // namespace

bool has_exact_result(const BoardHistory& history) {
    const Rules& rules = history.rules();
    return history.finished() && (rules.scoring == ScoringRule::Territory || !rules.friendly_pass_ok);
}

double estimate_white_score(QuietSearch& search, const BoardHistory& history) {
    const double lead = static_cast<double>(history.rules().komi) - FairKomi(search, history).find();
    return history.rules().result_is_integer() ? std::round(lead) : std::floor(lead) + 0.5;
}

}  // namespace katago
