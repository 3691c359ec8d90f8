// SPDX-License-Identifier: MIT
#include "backend/measuring_time.h"

#include <doctest/doctest.h>

using namespace katago;

TEST_CASE("measuring time: begins with the first measurement, and kernels take a share of it") {
    double now = 100;
    MeasuringTime time(10, [&] { return now; });
    now = 200;
    CHECK(time.goes_on(MeasuringTime::kKernelShare));
    now = 205.9;
    CHECK(time.goes_on(MeasuringTime::kKernelShare));
    now = 206.1;
    CHECK_FALSE(time.goes_on(MeasuringTime::kKernelShare));
    CHECK(time.goes_on());
    CHECK(time.seconds_left() == doctest::Approx(3.9));
    now = 211;
    CHECK_FALSE(time.goes_on());
    CHECK(time.seconds_left() == 0);
}

TEST_CASE("measuring time: none is none, and without a bound it never ends") {
    double now = 0;
    CHECK_FALSE(MeasuringTime(0, [&] { return now; }).goes_on());
    CHECK(MeasuringTime::unbounded()->goes_on(MeasuringTime::kKernelShare));
}

TEST_CASE("measuring time: once stopped, whoever measures is told") {
    MeasuringTime time(10);
    CHECK_NOTHROW(time.poll());
    time.stop();
    CHECK_THROWS_AS(time.poll(), MeasuringStopped);
    CHECK_THROWS_AS(time.goes_on(), MeasuringStopped);
}

TEST_CASE("measuring time: tells once what was measured and what was left") {
    double now = 0;
    MeasuringTime time(10, [&] { return now; });
    CHECK_FALSE(time.report().has_value());
    CHECK(time.goes_on());
    time.count();
    time.leave("dense 8x8");
    time.leave("dense 8x8");
    now = 2;
    CHECK(time.report() ==
          "1 measurements of this machine, which took 2.0 s with what was loaded between them; left to the next start, "
          "or to katago tune, which takes as long as it needs: dense 8x8");
    CHECK_FALSE(time.report().has_value());
}
