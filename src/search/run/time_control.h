// SPDX-License-Identifier: MIT
#pragma once

namespace katago {

// A player's clock as GTP describes it. A value. Seconds everywhere. Source: KataGo's time management.
struct TimeControl {
    static constexpr double kUnlimited = 1e30;

    // The settings of the clock, the same for the whole game.
    double original_main_time = kUnlimited;
    double increment = 0;
    double main_time_limit = kUnlimited;  // main time never grows beyond it
    double max_time_per_move = kUnlimited;
    int original_num_periods = 0;
    int num_stones_per_period = 0;
    double per_period_time = 0;

    // The state of the clock before the next move.
    double main_time_left = kUnlimited;
    bool in_overtime = false;
    int num_periods_left = 0;
    int num_stones_left_in_period = 0;
    double time_left_in_period = 0;

    bool operator==(const TimeControl&) const = default;

    // The default is unlimited.
    static TimeControl absolute(double main_time);
    static TimeControl byo_yomi(double main_time, double period, int periods);  // no periods: absolute
    static TimeControl canadian(double main_time, double period,
                                int stones);  // no stones: see canadian() in the source
    static TimeControl fischer(double main_time, double increment);
    // Negative limits mean none.
    static TimeControl fischer_capped(double main_time, double increment, double main_time_limit,
                                      double max_time_per_move);

    bool is_unlimited() const;

    struct Plan {
        double min = 0, recommended = 0, max = 0;
    };
    // How long to think on a board of `area` points with `stones` of them occupied, lag already taken off.
    Plan plan(int area, int stones, double lag_buffer) const;

    // What of a plan's longest time may be spent thinking. The rest is for choosing, playing and printing the move and
    // for the scheduler of a busy machine; whoever keeps the clock counts that too, whatever lagBuffer says.
    static double longest_thinking(const Plan& plan);

    // A limit at least `limit` that does not waste the rest of a period, when `used` seconds of this move are gone.
    double round_up(double used, double limit, double lag_buffer) const;

    // The clock as GTP `time_left` tells it. False: stones > 0 without overtime.
    bool set_time_left(double time, int stones);
};

}  // namespace katago
