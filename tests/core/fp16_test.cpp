// SPDX-License-Identifier: MIT
#include "core/fp16.h"

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

using namespace katago;

TEST_CASE("fp16: every number is the nearest one of its float") {
    for (uint32_t bits = 0; bits < 0x10000; ++bits) {
        const auto number = static_cast<uint16_t>(bits);
        const float value = float_of_fp16(number);
        if (std::isnan(value)) {
            CHECK(std::isnan(float_of_fp16(fp16_of_float(value))));
        } else {
            CHECK(fp16_of_float(value) == number);
        }
    }
}

TEST_CASE("fp16: known values") {
    CHECK(float_of_fp16(0x3c00) == 1);
    CHECK(float_of_fp16(0xc000) == -2);
    CHECK(float_of_fp16(0x0001) == std::ldexp(1.0f, -24));
    CHECK(float_of_fp16(0x7bff) == 65504);
    CHECK(float_of_fp16(0xfc00) == -std::numeric_limits<float>::infinity());
}

TEST_CASE("fp16: rounds to the nearest, ties to even") {
    CHECK(fp16_of_float(1 + 0x1p-11f) == 0x3c00);
    CHECK(fp16_of_float(1 + 0x1.8p-11f) == 0x3c01);
    CHECK(fp16_of_float(1 + 0x3p-11f) == 0x3c02);
    CHECK(fp16_of_float(0x1p-25f) == 0);
    CHECK(fp16_of_float(0x1.8p-24f) == 2);
    CHECK(fp16_of_float(0x1.ffcp-15f) == 0x0400);
    CHECK(fp16_of_float(65519) == 0x7bff);
    CHECK(fp16_of_float(-65520) == 0xfc00);
}
