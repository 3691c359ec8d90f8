// SPDX-License-Identifier: MIT
#include "nn/passes/fold_norms.h"

#include <doctest/doctest.h>

#include <cmath>

using namespace katago;

namespace {

// Two roundings to float, of numbers near 1.
constexpr double kRounding = 2e-7;

Weights pair(float first, float second) {
    return make_weights({first, second});
}

}  // namespace

TEST_CASE("fold norms: the identity leaves values as they are") {
    const ChannelAffine affine = identity_affine(3);
    CHECK(affine.scale == std::vector<float>{1, 1, 1});
    CHECK(affine.shift == std::vector<float>{0, 0, 0});
}

TEST_CASE("fold norms: a chain of biases and batch norms is one scale and shift for each channel") {
    ChannelAffine affine = identity_affine(2);
    fold(affine, Bias{pair(0.5f, -1)});
    fold(affine, BatchNorm{1e-3f, pair(0.25f, 2), pair(0.5f, 4), pair(3, -2), pair(1, 0.125f)});
    fold(affine, Bias{pair(-0.75f, 0)});
    for (const double x : {-2.0, 0.0, 1.5}) {
        const double first = (x + 0.5 - 0.25) * 3 / std::sqrt(0.5 + 1e-3) + 1 - 0.75;
        const double second = (x - 1 - 2) * -2 / std::sqrt(4 + 1e-3) + 0.125;
        CHECK(x * double{affine.scale[0]} + double{affine.shift[0]} == doctest::Approx(first).epsilon(kRounding));
        CHECK(x * double{affine.scale[1]} + double{affine.shift[1]} == doctest::Approx(second).epsilon(kRounding));
    }
}

TEST_CASE("fold norms: an absent scale counts as 1, an absent bias as 0") {
    ChannelAffine affine = identity_affine(2);
    fold(affine, BatchNorm{0, pair(3, -1), pair(4, 0.25f), nullptr, nullptr});
    CHECK(affine.scale == std::vector<float>{0.5f, 2});
    CHECK(affine.shift == std::vector<float>{-1.5f, 2});
}
