// SPDX-License-Identifier: MIT
// Kernels of each instruction set alone, against plain loops in double precision. Whole plans: see
// cpu_backend_test.cpp.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "backend/cpu/plain_loops.h"
#include "backend/cpu/run_kernel.h"
#include "nn/random_net.h"

using namespace test_kernels;
using test_nets::Numbers;

namespace {

// Relative to the largest value: FP32 sums of a few hundred products; Winograd's transforms cost a factor of a few.
constexpr double kFloatGemm = 2e-6, kFloatWinograd = 1e-5;
// Of an Int16 Winograd layer: 12 to 15 bits in each factor, amplified by the transforms.
constexpr double kInt16Winograd = 2e-3;

PackedWeights pack_gemm(const LinearKernel& kernel, const std::vector<float>& weights, int in, int out, int width) {
    return kernel.pack(kernel, {.weights = make_weights(weights), .size = {1, in, out}, .width = width});
}

// What rounding inputs and weights to their scales can change at most, for each output of a row of inputs.
double rounding_bound(const Blocks& in, int row, const PackedWeights& packed, const std::vector<float>& weights,
                      int out, int o) {
    double largest = 0, sum_in = 0, sum_weights = 0;
    for (int k = 0; k < in.channels; ++k) {
        const double x = std::abs(double{in.at(row, k)});
        largest = std::max(largest, x), sum_in += x;
        sum_weights += std::abs(double{weights[static_cast<size_t>(k * out + o)]});
    }
    const double in_step = 0.51 * largest / double{packed.input_limit};
    const double weight_step = 0.51 * double{packed.scales[static_cast<size_t>(o)]};
    return sum_in * weight_step + sum_weights * in_step + in.channels * in_step * weight_step + 1e-5 * largest;
}

}  // namespace

TEST_CASE("kernels: FP32 gemms equal plain loops for every number of rows and odd depths") {
    for_each_kernel(LinearLayer::Gemm, Arithmetic::Fp32, [](const KernelSet& kernels, const LinearKernel& kernel) {
        Numbers numbers(1);
        for (const int depth : {1, 3, 16, 33, 100}) {
            for (int rows = 1; rows <= 31; rows += 3) {
                const int out = 1 + (rows * 7 + depth) % 70;
                Blocks in(depth, rows, kernels.width);
                in.fill(numbers);
                const std::vector<float> weights = numbers.row(static_cast<size_t>(depth * out));
                const PackedWeights packed = pack_gemm(kernel, weights, depth, out, kernels.width);
                LinearRuns runs(kernel, packed, {1, depth, out}, in, one_row_of(rows));
                CAPTURE(depth);
                CAPTURE(rows);
                CHECK(error_of(runs.next(), gemm(in, weights, out)) <= kFloatGemm);
            }
        }
    });
}

TEST_CASE("kernels: Int16 gemms err by no more than rounding explains, with and without a sum") {
    for_each_kernel(LinearLayer::Gemm, Arithmetic::Int16, [](const KernelSet& kernels, const LinearKernel& kernel) {
        Numbers numbers(2);
        // Of the longest rows fewer fit in a cache than there are.
        for (const int depth : {1, 31, 64, 200, 1030}) {
            for (int rows = 1; rows <= 31; rows += 3) {
                const int out = 1 + (rows * 7 + depth) % 70;
                Blocks in(depth, rows, kernels.width), residual(out, rows, kernels.width);
                in.fill(numbers), residual.fill(numbers);
                const std::vector<float> weights = numbers.row(static_cast<size_t>(depth * out));
                const PackedWeights packed = pack_gemm(kernel, weights, depth, out, kernels.width);
                LinearRuns runs(kernel, packed, {1, depth, out}, in, one_row_of(rows));
                const Blocks found = runs.next(), sum = runs.next(&residual);
                const Exact wanted = gemm(in, weights, out);
                double worst = 0, worst_sum = 0;
                for (int row = 0; row < rows; ++row) {
                    for (int o = 0; o < out; ++o) {
                        const double bound = rounding_bound(in, row, packed, weights, out, o);
                        const double exact = wanted[static_cast<size_t>(row)][static_cast<size_t>(o)];
                        worst = std::max(worst, std::abs(double{found.at(row, o)} - exact) / bound);
                        const double with_residual = exact + double{residual.at(row, o)};
                        worst_sum = std::max(worst_sum, std::abs(double{sum.at(row, o)} - with_residual) / bound);
                    }
                }
                CAPTURE(depth);
                CAPTURE(rows);
                CHECK(worst <= 1);
                CHECK(worst_sum <= 1);
            }
        }
    });
}

TEST_CASE("kernels: Int16 gemms that take a norm equal a norm and a gemm after it") {
    constexpr float kEpsilon = 1e-3f;
    for_each_kernel(LinearLayer::Gemm, Arithmetic::Int16, [](const KernelSet& kernels, const LinearKernel& kernel) {
        if (!kernel.takes_norm) return;
        Numbers numbers(6);
        for (const int depth : {1, 7, 32, 45, 192}) {
            for (const int rows : {1, 7, 8, 25, 361}) {
                const int out = 2 * kernels.width + 3;
                Blocks in(depth, rows, kernels.width), gamma(depth, 1, kernels.width),
                    normed(depth, rows, kernels.width);
                in.fill(numbers), gamma.fill(numbers);
                for (int row = 0; row < rows; ++row) {
                    double squares = 0;
                    for (int k = 0; k < depth; ++k) squares += double{in.at(row, k)} * double{in.at(row, k)};
                    const double factor = 1 / std::sqrt(squares / depth + double{kEpsilon});
                    for (int k = 0; k < depth; ++k)
                        normed.at(row, k) = static_cast<float>(double{in.at(row, k)} * factor * double{gamma.at(0, k)});
                }
                const std::vector<float> weights = numbers.row(static_cast<size_t>(depth * out));
                const PackedWeights packed = pack_gemm(kernel, weights, depth, out, kernels.width);
                LinearRuns runs(kernel, packed, {1, depth, out}, in, one_row_of(rows));
                runs.set_norm(gamma.floats.data(), kEpsilon);
                const Blocks found = runs.next();
                const Exact wanted = gemm(normed, weights, out);
                double worst = 0;
                for (int row = 0; row < rows; ++row) {
                    for (int o = 0; o < out; ++o) {
                        const double error =
                            double{found.at(row, o)} - wanted[static_cast<size_t>(row)][static_cast<size_t>(o)];
                        worst = std::max(worst, std::abs(error) / rounding_bound(normed, row, packed, weights, out, o));
                    }
                }
                CAPTURE(depth);
                CAPTURE(rows);
                CHECK(worst <= 1);
            }
        }
    });
}

TEST_CASE("kernels: Int16 gemms give the same whatever fits in the cache, and with an activation after them") {
    for_each_kernel(LinearLayer::Gemm, Arithmetic::Int16, [](const KernelSet& kernels, const LinearKernel& kernel) {
        Numbers numbers(5);
        for (const int rows : {1, 47, 48, 49, 130, 361}) {
            const int depth = 70, out = 3 * kernels.width - 1;
            Blocks in(depth, rows, kernels.width);
            in.fill(numbers);
            const PackedWeights packed =
                pack_gemm(kernel, numbers.row(static_cast<size_t>(depth * out)), depth, out, kernels.width);
            const Blocks wanted = LinearRuns(kernel, packed, {1, depth, out}, in, one_row_of(rows)).next();
            CAPTURE(rows);
            for (const size_t cache : {1, 7000, 1 << 20}) {
                LinearRuns runs(kernel, packed, {1, depth, out}, in, one_row_of(rows));
                runs.set_near_cache(cache);
                const auto [raw, activated] = runs.next_activated(ActivationKind::Relu);
                CAPTURE(cache);
                bool equal = true;
                for (int row = 0; row < rows; ++row) {
                    for (int o = 0; o < out; ++o) {
                        const float y = wanted.at(row, o);
                        equal = equal && raw.at(row, o) == y;
                        equal = equal && activated.at(row, o) == std::max(0.0f, 2 * y + 0.25f);
                    }
                }
                CHECK(equal);
            }
        }
    });
}

TEST_CASE("kernels: Int16 sums of the largest inputs and weights do not overflow") {
    for_each_kernel(LinearLayer::Gemm, Arithmetic::Int16, [](const KernelSet& kernels, const LinearKernel& kernel) {
        for (const int depth : {2, 96, 1024}) {
            const int out = 11, rows = 5;
            Blocks in(depth, rows, kernels.width);
            for (int row = 0; row < rows; ++row) {
                for (int k = 0; k < depth; ++k) in.at(row, k) = row % 2 == 0 ? 3.0f : -3.0f;
            }
            const std::vector<float> weights(static_cast<size_t>(depth * out), 0.7f);
            const PackedWeights packed = pack_gemm(kernel, weights, depth, out, kernels.width);
            LinearRuns runs(kernel, packed, {1, depth, out}, in, one_row_of(rows));
            CAPTURE(depth);
            CHECK(error_of(runs.next(), gemm(in, weights, out)) <= 1e-3);
        }
    });
}

TEST_CASE("kernels: sums of 16-bit Winograd convolutions do not overflow where each rounding adds to them") {
    // Found by a search for the taps whose transform grows most by rounding; all channels have them and the same input.
    constexpr float kTaps[9] = {0.619838212f,  0.478300775f,  -0.439092321f, -0.874554688f, -0.980879152f,
                                -0.835337067f, -0.206805242f, -0.553396105f, 0.254556643f};
    for_each_set([&](const KernelSet& kernels) {
        Numbers numbers(9);
        constexpr int kDepth = 256, kOut = 8, kEdge = 8;
        std::vector<float> weights;
        for (const float tap : kTaps) weights.insert(weights.end(), size_t{kDepth * kOut}, tap);
        const Conv2d conv = conv3x3(weights, kDepth, kOut);
        const Boards boards{{kEdge, kEdge}, 1};
        Blocks in(kDepth, boards.rows(), kernels.width);
        for (int row = 0; row < boards.rows(); ++row) {
            const float x = numbers.next();
            for (int k = 0; k < kDepth; ++k) in.at(row, k) = x;
        }
        const Exact wanted = convolution(in, conv, boards.shape);
        for (const LinearKernel& kernel : kernels.linear) {
            if (kernel.layer != LinearLayer::Conv3x3 || kernel.arithmetic != Arithmetic::Int16) continue;
            CAPTURE(std::string(kernel.name));
            const LayerSize size{9, kDepth, kOut};
            const PackedWeights packed =
                kernel.pack(kernel, {.weights = conv.weights, .size = size, .width = kernels.width});
            CHECK(error_of(LinearRuns(kernel, packed, size, in, boards).next(), wanted) <= kInt16Winograd);
        }
    });
}

TEST_CASE("kernels: Winograd convolutions equal plain loops on every board from 2x2 to 19x19") {
    for_each_set([](const KernelSet& kernels) {
        Numbers numbers(3);
        for (int edge = 2; edge <= 19; ++edge) {
            const Boards boards{{edge, edge == 19 ? 19 : edge + edge % 2}, edge < 12 ? 3 : 1};
            const LayerSize size{9, 5 + edge, 40 - edge};
            const Conv2d conv = random_conv(numbers, size.in, size.out);
            Blocks in(size.in, boards.rows(), kernels.width);
            in.fill(numbers);
            const Exact wanted = convolution(in, conv, boards.shape);
            const auto error = [&](const LinearKernel& kernel, bool spares_memory) {
                const PackedWeights packed = kernel.pack(
                    kernel,
                    {.weights = conv.weights, .size = size, .width = kernels.width, .spares_memory = spares_memory});
                const bool is_plain = spares_memory || kernel.name == "winograd_s16_plain";
                CHECK((packed.transform == WeightTransform::None) == is_plain);
                return error_of(LinearRuns(kernel, packed, size, in, boards).next(), wanted);
            };
            CAPTURE(edge);
            const LinearKernel& floats = *find_linear(kernels, LinearLayer::Conv3x3, Arithmetic::Fp32);
            CHECK(error(floats, false) <= kFloatWinograd);
            CHECK(error(floats, true) <= kFloatWinograd);
            for (const LinearKernel& kernel : kernels.linear) {
                CAPTURE(std::string(kernel.name));
                if (kernel.layer == LinearLayer::Conv3x3 && kernel.arithmetic == Arithmetic::Int16)
                    CHECK(error(kernel, false) <= kInt16Winograd);
            }
        }
    });
}
