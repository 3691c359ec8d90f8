// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>

#include "backend/cpu/int8_layer.h"
#include "backend/cpu/ops/pack/pack.h"
#include "nn/random_net.h"
#include "nn/rotation.h"

using namespace test_kernels;
using test_nets::Numbers;

TEST_CASE("int8 packing: groups of rotated weights are as long as kernels take them") {
    Numbers numbers(9);
    for_each_int8_gemm([&](const KernelSet& kernels, const LinearKernel& kernel) {
        const auto group_of = [&](int in, int block, bool whole_rows) {
            const int together = whole_rows ? widest_rotation(in) : rotation_block(in);
            const LinearWeights weights = random_int8(numbers, 1, in, 8, block, together);
            if (!fits_int8_groups(weights, whole_rows)) return 0;
            return pack_int8(kernel, weights, {1, in, 8}, kernels.width, whole_rows).group;
        };
        CHECK(group_of(192, 192, true) == 192);
        CHECK(group_of(192, 192, false) == 64);
        CHECK(group_of(384, 192, true) == 192);
        CHECK(group_of(512, 256, true) == 256);
        CHECK(group_of(512, 256, false) == 64);
        CHECK(group_of(96, 96, true) == 128);  // whole channel blocks
        CHECK(group_of(512, 512, true) == 256);
        CHECK(group_of(512, 64, true) == 64);
        CHECK(group_of(192, 64, true) == 0);     // three channel blocks are rotated together
        CHECK(group_of(384, 384, true) == 192);  // whole rotations
        CHECK(group_of(288, 288, true) == 0);    // rotations of 96 channels are no whole channel blocks
    });
    CHECK_FALSE(fits_int8_groups(random_int8(numbers, 1, 192, 8, 192, 192), false));
}

TEST_CASE("int8 packing: stored weights and floats of the same values pack into the same integers") {
    for_each_kernel(LinearLayer::Conv3x3, Arithmetic::Int8, [](const KernelSet& kernels, const LinearKernel& kernel) {
        Numbers numbers(4);
        const LayerSize size{9, 128, 37};
        const LinearWeights stored = random_int8(numbers, 9, 128, 37, 64);
        const PackedWeights a = pack_int8(kernel, stored, size, kernels.width);
        const PackedWeights b = pack_int8(kernel, LinearWeights(stored.floats()), size, kernels.width);
        REQUIRE(a.values.size() == b.values.size());
        CHECK(std::equal(a.values.data(), a.values.data() + a.values.size(), b.values.data()));
        CHECK(std::equal(a.sums.data(), a.sums.data() + a.sums.size(), b.sums.data()));
        for (size_t i = 0; i < a.scales.size(); ++i) CHECK(b.scales[i] == doctest::Approx(a.scales[i]));
    });
}
