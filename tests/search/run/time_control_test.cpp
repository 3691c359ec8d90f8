// SPDX-License-Identifier: MIT
#include "search/run/time_control.h"

#include <doctest/doctest.h>

using katago::TimeControl;

namespace {

constexpr int kArea = 361;
constexpr double kLag = 1;

}  // namespace

TEST_CASE("time: absolute time is shared out over the moves to come") {
    const auto plan = TimeControl::absolute(600).plan(kArea, 0, kLag);
    CHECK(plan.recommended == doctest::Approx(2.30).epsilon(0.002));
    CHECK(plan.max == doctest::Approx(118.8).epsilon(0.001));
}

TEST_CASE("time: Fischer increments are used up") {
    const auto plan = TimeControl::fischer(300, 10).plan(kArea, 60, kLag);
    CHECK(plan.recommended == doctest::Approx(11.56).epsilon(0.002));
    CHECK(plan.max == doctest::Approx(66.8).epsilon(0.001));
}

TEST_CASE("time: main time before byo-yomi") {
    const auto plan = TimeControl::byo_yomi(600, 30, 5).plan(kArea, 0, kLag);
    CHECK(plan.recommended == doctest::Approx(45.60).epsilon(0.001));
    CHECK(plan.max == doctest::Approx(149).epsilon(0.001));
}

TEST_CASE("time: a little main time is joined to the first period") {
    const TimeControl clock = TimeControl::byo_yomi(1, 5, 5);
    const auto plan = clock.plan(kArea, 0, 0);
    CHECK(clock.round_up(0, plan.recommended, 0) == doctest::Approx(6).epsilon(0.001));
    CHECK(plan.max >= 5);
}

TEST_CASE("time: a byo-yomi period is used to its end") {
    TimeControl clock = TimeControl::byo_yomi(60, 30, 5);
    REQUIRE(clock.set_time_left(30, 3));
    CHECK(clock.in_overtime);
    CHECK(clock.num_periods_left == 3);
    CHECK(clock.round_up(0, 3, kLag) == doctest::Approx(29));
    const auto plan = clock.plan(kArea, 100, kLag);
    CHECK(plan.min == doctest::Approx(29));
}

TEST_CASE("time: time_left reads canadian stones") {
    TimeControl clock = TimeControl::canadian(0, 300, 25);
    REQUIRE(clock.set_time_left(200, 10));
    CHECK(clock.num_stones_left_in_period == 10);
    CHECK(clock.plan(kArea, 100, 0).recommended == doctest::Approx(20));
    TimeControl absolute = TimeControl::absolute(100);
    CHECK(absolute.set_time_left(50, 0));
    CHECK(absolute.main_time_left == 50);
    CHECK_FALSE(absolute.set_time_left(50, 3));
}

TEST_CASE("time: something is kept back for the answer, however little there is") {
    CHECK(TimeControl::longest_thinking({.max = 10}) == doctest::Approx(9.9));
    CHECK(TimeControl::longest_thinking({.max = 0.1}) == doctest::Approx(0.09));
    CHECK(TimeControl::longest_thinking({}) == 0);
}

TEST_CASE("time: no limit is no limit") {
    CHECK(TimeControl{}.is_unlimited());
    CHECK(TimeControl::canadian(0, 10, 0).is_unlimited());
    CHECK_FALSE(TimeControl::canadian(10, 0, 0).is_unlimited());
    CHECK_FALSE(TimeControl::absolute(1).is_unlimited());
}
