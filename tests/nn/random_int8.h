// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/fp16.h"
#include "nn/linear_weights.h"
#include "nn/random_net.h"

namespace test_nets {

// INT8 weights, which own the memory they refer to. Each block has a weight of 127, so that rounding its floats finds
// the same integers and scales again.
inline LinearWeights random_int8(Numbers& numbers, int taps, int in, int out, int block, int rotated = 0) {
    struct Stored {
        std::vector<int8_t> values;
        std::vector<uint16_t> scales;
    };
    auto stored = std::make_shared<Stored>();
    BlockInt8 weights{taps, in, out, block, rotated, {}, {}};
    for (int i = 0; i < taps * weights.blocks() * out; ++i)
        stored->scales.push_back(fp16_of_float(0.01f * (1.5f + numbers.next())));
    for (int tap = 0; tap < taps; ++tap) {
        for (int i = 0; i < in; ++i) {
            for (int o = 0; o < out; ++o) {
                const int value = static_cast<int>(127.9f * numbers.next());
                stored->values.push_back(static_cast<int8_t>(i % block == 0 ? 127 : value));
            }
        }
    }
    weights.values = stored->values, weights.scales = stored->scales;
    return LinearWeights(weights, stored);
}

}  // namespace test_nets
