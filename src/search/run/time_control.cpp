// SPDX-License-Identifier: MIT
#include "search/run/time_control.h"

#include <algorithm>

namespace katago {

namespace {

// Kept back for the answer itself: so much, but at most this share of a time.
constexpr double kReplyTime_s = 0.1;
constexpr double kReplyShare = 0.1;

// Own turns still to come on a board with `stones`, guessed three ways.
struct TurnsLeft {
    double generous, middle, stingy;

    TurnsLeft(int area, int stones)
        : generous(0.5 * std::max(0.95 * area + 20 - stones, 0.15 * area + 30)),
          middle(0.5 * std::max(0.75 * area + 15 - stones, 0.10 * area + 20)),
          stingy(0.5 * std::max(0.50 * area + 10 - stones, 0.02 * area + 4)) {}
};

// What is left of a time when lag has taken its part.
double less_lag(double time, double lag_buffer) {
    if (time < 0) return time;
    return time < 2 * lag_buffer ? 0.5 * time : time - lag_buffer;
}

// A plan before lag is taken off, and how much that is.
struct Draft {
    TimeControl::Plan plan;
    double lag_buffer;
};

Draft plan_of_absolute(const TimeControl& clock, const TurnsLeft& turns, double lag_buffer) {
    const double left = clock.main_time_left;
    const double increment = clock.increment;
    TimeControl::Plan plan;
    plan.min = std::min(std::max(0.0, 0.5 * left), std::max(0.0, left + increment - clock.main_time_limit));
    if (left <= increment) {
        plan.recommended = less_lag(left, lag_buffer);
        plan.max = left;
    } else {
        const double excess = less_lag(left - increment, lag_buffer);
        plan.recommended =
            increment +
            (excess <= 0 ? excess : std::min(excess / turns.middle, excess / turns.generous + 2 * increment));
        plan.max = std::min(left, increment + excess / 5);
    }
    return {plan, lag_buffer};
}

Draft plan_of_main_time(const TimeControl& clock, double left, int periods_left, const TurnsLeft& turns,
                        double lag_buffer) {
    TimeControl::Plan plan;
    const int stones = std::max(1, clock.num_stones_per_period);
    const double period = clock.per_period_time;
    if (period <= 0) {
        plan.recommended = left / turns.generous;
    } else {
        const double per_stone = period / stones;
        const double through = left / per_stone / 2.718281828459045;
        double turns_to_use = turns.stingy > through ? std::min(turns.stingy, 1.75 * through) : through;
        turns_to_use = std::max(1.0, std::min(turns_to_use, turns.generous));
        plan.recommended = std::max(per_stone, std::min(left / turns_to_use, left / turns.generous + 3 * per_stone));
        if (plan.recommended < 1.5 * per_stone && left < 1.5 * per_stone) plan.recommended = left + per_stone;
    }
    const double last = period / (0.75 * stones + 0.25);
    plan.max = last + std::max(std::min(1.75 * last, left), left / 5);
    if (left < plan.max && plan.max < left + last) plan.max = left + last;
    const bool risks_all = plan.max > left && periods_left <= 1 && stones <= 1;
    return {plan, risks_all ? 2 * lag_buffer : lag_buffer};
}

Draft plan_of_overtime(const TimeControl& clock, double left, int periods_left, int stones_left, double lag_buffer) {
    const double half_period = less_lag(0.5 * clock.per_period_time, lag_buffer);
    if (periods_left > 1 && less_lag(left, lag_buffer) < half_period * (periods_left - 1) / 4) {
        --periods_left;
        left += clock.per_period_time;
    }
    TimeControl::Plan plan;
    const int stones = std::max(1, stones_left);
    plan.min = stones_left <= 1 ? left : 0;
    plan.recommended = left / stones;
    plan.max = left / (0.75 * stones + 0.25);
    return {plan, periods_left <= 1 && stones_left <= 1 ? 2 * lag_buffer : lag_buffer};
}

Draft plan_of_periods(const TimeControl& clock, const TurnsLeft& turns, double lag_buffer) {
    bool overtime = clock.in_overtime;
    double main = clock.main_time_left;
    double left = clock.time_left_in_period;
    int periods = clock.num_periods_left;
    int stones = clock.num_stones_left_in_period;
    if (!overtime && main < 0) {
        overtime = true;
        left = main + clock.per_period_time;
        stones = clock.num_stones_per_period;
    }
    while (overtime && left < 0 && periods > 1) {
        left += clock.per_period_time;
        --periods;
    }
    // Many periods are as good as main time.
    if (periods > 5) {
        main = overtime ? left + clock.per_period_time * (periods - 6) : main + clock.per_period_time * (periods - 5);
        overtime = false;
        periods = 5;
    }
    return overtime ? plan_of_overtime(clock, left, periods, stones, lag_buffer)
                    : plan_of_main_time(clock, main, periods, turns, lag_buffer);
}

}  // namespace

TimeControl TimeControl::absolute(double main_time) {
    TimeControl clock;
    clock.original_main_time = clock.main_time_left = main_time;
    return clock;
}

TimeControl TimeControl::byo_yomi(double main_time, double period, int periods) {
    TimeControl clock = absolute(main_time);
    if (periods <= 0) return clock;
    clock.original_num_periods = clock.num_periods_left = periods;
    clock.num_stones_per_period = 1;
    clock.per_period_time = period;
    return clock;
}

TimeControl TimeControl::canadian(double main_time, double period, int stones) {
    // GTP writes "no limit at all" as a period for no stones.
    if (stones <= 0) return period > 0 ? TimeControl{} : absolute(main_time);
    TimeControl clock = byo_yomi(main_time, period, 1);
    clock.num_stones_per_period = stones;
    return clock;
}

TimeControl TimeControl::fischer(double main_time, double increment) {
    TimeControl clock = absolute(main_time);
    clock.increment = increment;
    return clock;
}

TimeControl TimeControl::fischer_capped(double main_time, double increment, double main_time_limit,
                                        double max_time_per_move) {
    TimeControl clock = fischer(main_time, increment);
    clock.main_time_limit = main_time_limit < 0 ? kUnlimited : main_time_limit;
    clock.max_time_per_move = max_time_per_move < 0 ? kUnlimited : max_time_per_move;
    return clock;
}

bool TimeControl::is_unlimited() const {
    constexpr double kEndless = 1e20;
    const bool endless = main_time_left > kEndless || (in_overtime && time_left_in_period > kEndless);
    return endless && max_time_per_move > kEndless;
}

TimeControl::Plan TimeControl::plan(int area, int stones, double lag_buffer) const {
    const TurnsLeft turns(area, stones);
    Draft draft = increment > 0 || num_periods_left <= 0 ? plan_of_absolute(*this, turns, lag_buffer)
                                                         : plan_of_periods(*this, turns, lag_buffer);
    Plan& plan = draft.plan;
    plan.max = std::min(plan.max, max_time_per_move);
    for (double* time : {&plan.min, &plan.recommended, &plan.max})
        *time = std::max(0.0, less_lag(*time, draft.lag_buffer));
    plan.min = std::min(plan.min, plan.max);
    plan.recommended = std::min(plan.recommended, plan.max);
    return plan;
}

double TimeControl::longest_thinking(const Plan& plan) {
    return plan.max - std::min(kReplyTime_s, kReplyShare * plan.max);
}

double TimeControl::round_up(double used, double limit, double lag_buffer) const {
    if (increment > 0 || num_periods_left <= 0) return limit;
    const int stones_per_period = std::max(1, num_stones_per_period);
    const double per_stone = per_period_time / stones_per_period;
    const double safe_per_stone = less_lag(per_stone, lag_buffer);
    const double bit = std::min(std::max(lag_buffer, 0.01 * per_stone), safe_per_stone);
    double main = main_time_left, left = time_left_in_period;
    int periods = num_periods_left, stones = num_stones_left_in_period;
    double overtime_used = used;
    bool overtime = in_overtime;
    if (!overtime) {
        main -= used;
        if (main >= 0.5 * per_stone) return limit;
        if (main > 0) {
            const double target = used + main + (stones_per_period <= 1 ? safe_per_stone : bit);
            return target >= used ? std::max(limit, target) : limit;
        }
        overtime = true;
        overtime_used = -main;
        left = per_period_time + main;
        stones = stones_per_period;
    } else {
        left -= used;
    }
    while (left < 0 && periods > 1) {
        left += per_period_time;
        --periods;
    }
    if (left <= 0) return limit;
    double target = 0;
    if (stones > 1) {
        if (in_overtime || overtime_used >= bit) return limit;
        target = used + bit - overtime_used;
    } else {
        target = less_lag(used + left, lag_buffer);
    }
    return target >= used ? std::max(limit, target) : limit;
}

bool TimeControl::set_time_left(double time, int stones) {
    if (stones <= 0) {
        main_time_left = time;
        in_overtime = false;
        num_periods_left = original_num_periods;
        num_stones_left_in_period = 0;
        time_left_in_period = 0;
        return true;
    }
    if (original_num_periods <= 0) return false;
    main_time_left = 0;
    in_overtime = true;
    time_left_in_period = time;
    if (original_num_periods > 1 && num_stones_per_period == 1) {
        num_periods_left = std::min(stones, original_num_periods);
        num_stones_left_in_period = 1;
    } else {
        num_periods_left = 1;
        num_stones_left_in_period = std::min(stones, num_stones_per_period);
    }
    return true;
}

}  // namespace katago
