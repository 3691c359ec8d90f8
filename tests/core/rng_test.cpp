// SPDX-License-Identifier: MIT
#include "core/rng.h"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <vector>

using namespace katago;

namespace {

struct Moments {
    double mean;
    double variance;
};

Moments moments(const std::function<double()>& draw) {
    constexpr int kDraws = 100000;
    double sum = 0, squares = 0;
    for (int i = 0; i < kDraws; ++i) {
        const double value = draw();
        sum += value;
        squares += value * value;
    }
    const double mean = sum / kDraws;
    return {mean, squares / kDraws - mean * mean};
}

}  // namespace

TEST_CASE("rng: the same seed gives the same numbers, another seed others") {
    Rng a(7), b(7), c(8), d("seven"), e("seven");
    CHECK(a.next() == b.next());
    CHECK(a.next() != c.next());
    CHECK(d.hash() == e.hash());
}

TEST_CASE("rng: bounded integers reach every value about equally often") {
    Rng rng(1);
    std::vector<int> seen(7);
    for (int i = 0; i < 70000; ++i) ++seen[rng.below(7)];
    for (int count : seen) CHECK(std::abs(count - 10000) < 500);
    CHECK(rng.below(1) == 0);
    for (int i = 0; i < 100; ++i) {
        const int64_t value = rng.between(-3, 3);
        CHECK(value >= -3);
        CHECK(value <= 3);
    }
    rng.between(std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max());
    CHECK_THROWS(rng.below(0));
}

TEST_CASE("rng: uniform, normal and gamma numbers have the right mean and variance") {
    Rng rng(2);
    const Moments uniform = moments([&] { return rng.uniform(); });
    CHECK(uniform.mean == doctest::Approx(0.5).epsilon(0.01));
    CHECK(uniform.variance == doctest::Approx(1.0 / 12).epsilon(0.02));
    const Moments normal = moments([&] { return rng.gaussian(); });
    CHECK(std::abs(normal.mean) < 0.02);
    CHECK(normal.variance == doctest::Approx(1).epsilon(0.03));
    for (double shape : {0.1, 1.0, 4.5}) {
        const Moments gamma = moments([&] { return rng.gamma(shape); });
        CHECK(gamma.mean == doctest::Approx(shape).epsilon(0.05));
        CHECK(gamma.variance == doctest::Approx(shape).epsilon(0.1));
    }
}
