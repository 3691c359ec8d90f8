// SPDX-License-Identifier: MIT
// Kernels with 8-bit weights of each instruction set, against plain loops in double precision.
#include <doctest/doctest.h>

#include <vector>

#include "backend/cpu/int8_layer.h"
#include "backend/cpu/largest_edge.h"
#include "backend/cpu/ops/int8.h"
#include "backend/cpu/ops/pack/pack.h"
#include "nn/random_net.h"
#include "nn/rotation.h"

using namespace test_kernels;
using test_nets::Numbers;

TEST_CASE("int8: gemms err by no more than rounding their inputs explains") {
    for_each_int8_gemm([](const KernelSet& kernels, const LinearKernel& kernel) {
        Numbers numbers(1);
        for (const int block : {16, 48, 64, 96, 128}) {
            for (const int in : {1, 15, 48, 64, 66, 96, 130, 257}) {
                for (int rows = 1; rows <= 22; rows += 3) {
                    const LayerSize size{1, in, 1 + (rows * 11 + in) % 70};
                    const Int8Layer layer = random_layer(numbers, size, one_row_of(rows));
                    const LinearWeights weights = random_int8(numbers, 1, in, size.out, block);
                    const PackedWeights packed = pack_int8(kernel, weights, size, kernels.width);
                    const Blocks found = run(kernel, layer, packed, kernels.width);
                    CAPTURE(block);
                    CAPTURE(in);
                    CAPTURE(rows);
                    CHECK(worst_error(kernel, layer, packed, *weights.floats(), found) <= 1);
                }
            }
        }
    });
}

TEST_CASE("int8: rotated gemms err by no more than rounding their rotated inputs explains") {
    for_each_int8_gemm([](const KernelSet& kernels, const LinearKernel& kernel) {
        Numbers numbers(8);
        int computed = 0;
        for (const int in : {16, 32, 48, 96, 112, 192, 240, 256, 288, 320, 384, 512, 576}) {
            for (const int block : {64, 192, 256, 512}) {
                for (const bool whole_rows : {false, true}) {
                    const int together = whole_rows ? widest_rotation(in) : rotation_block(in);
                    const int rows = 1 + (in + block) / 16 % 11;
                    const LayerSize size{1, in, 1 + (in / 16 + block) % 37};
                    const Int8Layer layer = random_layer(numbers, size, one_row_of(rows));
                    const LinearWeights weights = random_int8(numbers, 1, in, size.out, block, together);
                    CAPTURE(in);
                    CAPTURE(block);
                    CAPTURE(whole_rows);
                    if (!fits_int8_groups(weights, whole_rows)) continue;
                    const PackedWeights packed = pack_int8(kernel, weights, size, kernels.width, whole_rows);
                    CHECK(packed.rotated == together);
                    CHECK(packed.group <= (whole_rows ? kInt8RotatedGroup : kInt8Block));
                    const Blocks found = run(kernel, layer, packed, kernels.width);
                    CHECK(worst_error(kernel, rotated(layer, together), packed, *not_rotated_back(weights).floats(),
                                      found) <= 1);
                    ++computed;
                }
            }
        }
        CHECK(computed >= 90);
    });
}

TEST_CASE("int8: 3x3 convolutions err by no more than rounding their inputs explains, on every board") {
    for_each_kernel(LinearLayer::Conv3x3, Arithmetic::Int8, [](const KernelSet& kernels, const LinearKernel& kernel) {
        Numbers numbers(2);
        for (int edge = 2; edge <= largest_edge(); ++edge) {
            const Boards boards{{edge, edge == 19 ? 19 : edge + edge % 2}, edge < 12 ? 1 + edge % 3 : 1};
            const LayerSize size{9, 9 * edge - 10, 40 - edge};
            const Int8Layer layer = random_layer(numbers, size, boards);
            const LinearWeights weights = random_int8(numbers, 9, size.in, size.out, edge % 2 == 0 ? 64 : 48);
            const PackedWeights packed = pack_int8(kernel, weights, size, kernels.width);
            CAPTURE(edge);
            CHECK(worst_error(kernel, layer, packed, *weights.floats(), run(kernel, layer, packed, kernels.width)) <=
                  1);
        }
    });
}

TEST_CASE("int8: the largest inputs and weights do not overflow") {
    for_each_int8_gemm([](const KernelSet& kernels, const LinearKernel& kernel) {
        Int8Layer layer{{1, 640, 5}, one_row_of(4), {}};
        for (const float x : {3.0f, -3.0f, 1e20f, 1e-20f}) layer.rows.emplace_back(640, x);
        const LinearWeights weights(make_weights(std::vector<float>(640 * 5, -0.7f)));
        const PackedWeights packed = pack_int8(kernel, weights, layer.size, kernels.width);
        CHECK(worst_error(kernel, layer, packed, *weights.floats(), run(kernel, layer, packed, kernels.width)) <= 1);
    });
}

TEST_CASE("int8: a sum follows the layer, and padded channels stay zero") {
    for_each_kernel(LinearLayer::Conv3x3, Arithmetic::Int8, [](const KernelSet& kernels, const LinearKernel& kernel) {
        Numbers numbers(3);
        const LayerSize size{9, 70, 21};
        const Int8Layer layer = random_layer(numbers, size, {{7, 5}, 2});
        const PackedWeights packed = pack_int8(kernel, random_int8(numbers, 9, 70, 21, 64), size, kernels.width);
        const Blocks plain = run(kernel, layer, packed, kernels.width),
                     sum = run(kernel, layer, packed, kernels.width, &plain);
        for (size_t i = 0; i < plain.floats.size(); ++i) CHECK(sum.floats[i] == 2 * plain.floats[i]);
        for (int channel = 21; channel < plain.padded(); ++channel) CHECK(plain.at(0, channel) == 0);
    });
}
