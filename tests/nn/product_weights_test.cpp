// SPDX-License-Identifier: MIT
#include "nn/product_weights.h"

#include <vector>

#include <doctest/doctest.h>

#include "core/half.h"

using namespace katago;

TEST_CASE("product weights: INT8 weights are multiplied by the scale of their tap, block and output") {
    constexpr int kTaps = 2, kIn = 3, kOut = 2, kBlock = 2;
    std::vector<int8_t> values;
    for (int i = 0; i < kTaps * kIn * kOut; ++i) values.push_back(static_cast<int8_t>(i - 5));
    std::vector<uint16_t> scales;  // [tap][block][out]
    for (int i = 0; i < kTaps * 2 * kOut; ++i) scales.push_back(half_of_float(0.5f * static_cast<float>(i + 1)));
    const ProductWeights weights(BlockInt8{kTaps, kIn, kOut, kBlock, values, scales}, nullptr);

    CHECK(weights.dtype() == DType::Int8);
    CHECK(weights.size() == 12);
    CHECK(weights.stored_bytes() == 12 + 2 * 8);
    const Weights floats = weights.floats();
    REQUIRE(floats->size() == 12);
    for (int tap = 0; tap < kTaps; ++tap)
        for (int in = 0; in < kIn; ++in)
            for (int out = 0; out < kOut; ++out) {
                const int at = (tap * kIn + in) * kOut + out;
                const int scale = (tap * 2 + in / kBlock) * kOut + out;
                CHECK((*floats)[static_cast<size_t>(at)] ==
                      static_cast<float>(at - 5) * 0.5f * static_cast<float>(scale + 1));
            }
}

TEST_CASE("product weights: halves expand, floats are shared") {
    const std::vector<uint16_t> halves{0x3c00, 0xb800};
    const ProductWeights small(halves, nullptr);
    CHECK(small.dtype() == DType::Float16);
    CHECK(*small.floats() == std::vector<float>{1, -0.5f});
    const Weights floats = make_weights({1, 2, 3});
    CHECK(ProductWeights(floats).floats() == floats);
    CHECK(ProductWeights().size() == 0);
}
