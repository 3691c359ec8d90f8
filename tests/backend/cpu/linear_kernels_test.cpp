// SPDX-License-Identifier: MIT
// All linear kernels of each instruction set, by their descriptors: a new one is tested as soon as it has its row.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "backend/cpu/plain_loops.h"
#include "backend/cpu/run_kernel.h"
#include "nn/random_net.h"

using namespace test_kernels;
using test_nets::Numbers;

namespace {

// Relative to the largest value. FP32 and FP16: as for the kernels alone (kernels_test.cpp, fp16_test.cpp), and as much
// again for weights and inputs that are not FP16 numbers. Int16: 12 to 15 bits in each factor. Int8: half a step in 127
// and 255 of the largest of its block, in the mean over some hundred products.
double bound_of(const LinearKernel& kernel) {
    const bool winograd = kernel.layer == LinearLayer::Conv3x3;
    switch (kernel.arithmetic) {
        case Arithmetic::Fp32:
            return winograd ? 1e-5 : 2e-6;
        case Arithmetic::Int16:
            return winograd ? 2e-3 : 1e-3;
        case Arithmetic::Fp16:
            return winograd ? 2e-2 : 6e-3;
        case Arithmetic::Int8:
            return 2e-2;
    }
    return 0;
}

// Of products that are added up in FP16, some hundred at a time: as a gemm of FP16 in bound_of(), with whatever taps.
constexpr double kFp16Products = 6e-3;

template <class Test>
void for_each_linear_kernel(const Test& test) {
    for_each_set([&](const KernelSet& kernels) {
        for (const LinearKernel& kernel : kernels.linear) {
            if (!is_available(kernel)) continue;
            CAPTURE(std::string(kernel.name));
            test(kernels, kernel);
        }
    });
}

int taps_of(const LinearKernel& kernel) {
    return kernel.layer == LinearLayer::Conv3x3 ? 9 : 1;
}

}  // namespace

TEST_CASE("linear kernels: all equal plain loops, with a sum, and again with an input that is ready") {
    for_each_linear_kernel([](const KernelSet& kernels, const LinearKernel& kernel) {
        Numbers numbers(12);
        for (const auto& [in_channels, out_channels] : {std::pair{1, 1}, {7, 35}, {64, 48}, {100, 21}, {193, 64}}) {
            for (const Boards& boards :
                 {Boards{{2, 3}, 1}, Boards{{5, 4}, 3}, Boards{{9, 9}, 2}, Boards{{19, 19}, 1}}) {
                const LayerSize size{taps_of(kernel), in_channels, out_channels};
                const int rows = boards.rows(), width = kernels.width;
                Blocks in(size.in, rows, width), residual(size.out, rows, width);
                in.fill(numbers), residual.fill(numbers);
                const LinearWeights weights =
                    make_weights(numbers.row(static_cast<size_t>(size.taps * size.in * size.out)));
                Exact wanted = size.taps == 9 ? convolution(in, {3, 3, size.in, size.out, 1, 1, weights}, boards.shape)
                                              : gemm(in, *weights.floats(), size.out);
                const PackedWeights packed = kernel.pack(kernel, {.weights = weights, .size = size, .width = width});
                LinearRuns runs(kernel, packed, size, in, boards);
                CAPTURE(size.in);
                CAPTURE(rows);
                const Blocks first = runs.next();
                CHECK(error_of(first, wanted) <= bound_of(kernel));
                const Blocks again = runs.next();
                CHECK(std::equal(first.floats.data(), first.floats.data() + first.floats.size(), again.floats.data()));
                add(wanted, residual);
                CHECK(error_of(runs.next(&residual), wanted) <= bound_of(kernel));
            }
        }
    });
}

TEST_CASE("linear kernels: FP16 sums of thousands of products by XNNPACK err no more than those of some hundred") {
    for_each_linear_kernel([](const KernelSet& kernels, const LinearKernel& kernel) {
        if (kernel.provider != KernelProvider::Xnnpack || kernel.arithmetic != Arithmetic::Fp16) return;
        Numbers numbers(14);
        for (const int in_channels : {31, 33, 384, 700, 2048}) {
            const LayerSize size{taps_of(kernel), in_channels, 20};
            const Boards boards{{6, 5}, 2};
            Blocks in(size.in, boards.rows(), kernels.width);
            in.fill(numbers);
            const std::vector<float> raw = numbers.row(static_cast<size_t>(size.taps * size.in * size.out));
            const LinearWeights weights = make_weights(raw);
            const PackedWeights packed =
                kernel.pack(kernel, {.weights = weights, .size = size, .width = kernels.width});
            const Exact wanted = size.taps == 9 ? convolution(in, conv3x3(raw, size.in, size.out), boards.shape)
                                                : gemm(in, raw, size.out);
            CAPTURE(size.in);
            CHECK(error_of(LinearRuns(kernel, packed, size, in, boards).next(), wanted) <= kFp16Products);
        }
    });
}

TEST_CASE("linear kernels: packed weights are no larger than they say") {
    for_each_linear_kernel([](const KernelSet& kernels, const LinearKernel& kernel) {
        Numbers numbers(13);
        for (const auto& [in, out] : {std::pair{1, 1}, {7, 35}, {64, 48}, {100, 21}, {160, 160}}) {
            const LayerSize size{taps_of(kernel), in, out};
            const LinearWeights weights = make_weights(numbers.row(static_cast<size_t>(size.taps * in * out)));
            const PackedWeights packed =
                kernel.pack(kernel, {.weights = weights, .size = size, .width = kernels.width});
            const PackedSize most = kernel.packed_size(size, kernels.width);
            CAPTURE(in);
            CHECK(packed.values.size() <= most.bytes);
            CHECK(packed.scales.size() <= most.scales);
        }
    });
}

TEST_CASE("linear kernels: names tell the kernels of a set apart, and FP32 is there for every layer, first") {
    for_each_set([](const KernelSet& kernels) {
        std::set<std::string_view> names;
        for (const LinearKernel& kernel : kernels.linear) CHECK(names.insert(kernel.name).second);
        for (const LinearLayer layer : {LinearLayer::Gemm, LinearLayer::Conv3x3}) {
            const auto first = std::find_if(kernels.linear.begin(), kernels.linear.end(),
                                            [&](const LinearKernel& kernel) { return kernel.layer == layer; });
            REQUIRE(first != kernels.linear.end());
            CHECK(first->arithmetic == Arithmetic::Fp32);
        }
        CHECK(kernels.attention.front().arithmetic == Arithmetic::Fp32);
    });
}
