// SPDX-License-Identifier: MIT
#include "nn/linear_weights.h"

#include <vector>

#include <doctest/doctest.h>

#include "core/fp16.h"
#include "nn/rotation.h"

using namespace katago;

TEST_CASE("linear weights: INT8 weights are multiplied by the scale of their tap, block and output") {
    constexpr int kTaps = 2, kIn = 3, kOut = 2, kBlock = 2;
    std::vector<int8_t> values;
    for (int i = 0; i < kTaps * kIn * kOut; ++i) values.push_back(static_cast<int8_t>(i - 5));
    std::vector<uint16_t> scales;  // [tap][block][out]
    for (int i = 0; i < kTaps * 2 * kOut; ++i) scales.push_back(fp16_of_float(0.5f * static_cast<float>(i + 1)));
    const LinearWeights weights(BlockInt8{kTaps, kIn, kOut, kBlock, 0, values, scales}, nullptr);

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

TEST_CASE("linear weights: the rotation of rotated weights is undone") {
    // Of the 16 channels of a Hadamard block, four and four are mixed: 1, 5, 9 and 13 by [+ + + +], [+ - + -], [+ + -
    // -] and
    // [+ - - +].
    constexpr int kIn = 16;
    std::vector<int8_t> values(kIn);
    values[1] = 10, values[5] = 20, values[9] = 30, values[13] = 50, values[2] = 7;
    const std::vector<uint16_t> scales{fp16_of_float(0.5f)};
    const LinearWeights weights(BlockInt8{1, kIn, 1, kIn, 16, values, scales}, nullptr);
    const std::vector<float> found = *weights.floats();
    CHECK(found[1] == 55);
    CHECK(found[5] == -15);
    CHECK(found[9] == -25);
    CHECK(found[13] == 5);
    for (const size_t channel : {2, 6, 10, 14}) CHECK(found[channel] == 3.5f);
    for (const size_t channel : {0, 3, 4, 7, 8, 11, 12, 15}) CHECK(found[channel] == 0);
}

TEST_CASE("linear weights: rotating twice multiplies by a quarter of the Hadamard block") {
    for (const int together : {16, 32, 64, 48, 96, 192}) {
        CAPTURE(together);
        const int channels = 2 * together;
        std::vector<float> rows;
        for (int i = 0; i < 3 * channels; ++i) rows.push_back(static_cast<float>(i * i % 101 - 50));
        std::vector<float> rotated = rows;
        rotate_rows(rotated.data(), channels, 3, together);
        CHECK(rotated != rows);
        rotate_rows(rotated.data(), channels, 3, together);
        const auto times = static_cast<float>(hadamard_block(together)) / 4;
        for (size_t i = 0; i < rows.size(); ++i) CHECK(rotated[i] == doctest::Approx(times * rows[i]).epsilon(1e-4));
    }
    CHECK(widest_rotation(192) == 192);
    CHECK(widest_rotation(384) == 192);
    CHECK(widest_rotation(512) == 64);
    CHECK(widest_rotation(144) == 48);
    CHECK(widest_rotation(40) == 0);
}

TEST_CASE("linear weights: FP16 expands, floats are shared") {
    const std::vector<uint16_t> fp16{0x3c00, 0xb800};
    const LinearWeights small(fp16, nullptr);
    CHECK(small.dtype() == DType::Float16);
    CHECK(*small.floats() == std::vector<float>{1, -0.5f});
    const Weights floats = make_weights({1, 2, 3});
    CHECK(LinearWeights(floats).floats() == floats);
    CHECK(LinearWeights().size() == 0);
}
