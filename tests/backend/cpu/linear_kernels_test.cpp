// SPDX-License-Identifier: MIT
// All linear kernels of each instruction set, by their descriptors: a new one is tested as soon as it has its row.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "backend/cpu/largest_edge.h"
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

int taps_of(LinearLayer layer) {
    return layer == LinearLayer::Conv3x3 ? 9 : 1;
}

// A layer's operands and what plain loops make of them: they take longer than all kernels together.
struct Operands {
    Operands(const LayerSize& layer, const Boards& on, int width, Numbers& numbers)
        : size(layer), boards(on), in(size.in, on.rows(), width), residual(size.out, on.rows(), width) {
        in.fill(numbers), residual.fill(numbers);
        weights = make_weights(numbers.row(static_cast<size_t>(size.taps * size.in * size.out)));
        wanted = size.taps == 9 ? convolution(in, {3, 3, size.in, size.out, 1, 1, weights}, boards.shape)
                                : gemm(in, *weights.floats(), size.out);
        wanted_with_sum = wanted;
        add(wanted_with_sum, residual);
    }

    LayerSize size;
    Boards boards;
    Blocks in, residual;
    LinearWeights weights;
    Exact wanted, wanted_with_sum;
};

void check_kernel(const LinearKernel& kernel, const Operands& operands) {
    const int width = operands.in.width;
    const PackedWeights packed =
        kernel.pack(kernel, {.weights = operands.weights, .size = operands.size, .width = width});
    LinearRuns runs(kernel, packed, operands.size, operands.in, operands.boards);
    const Blocks first = runs.next();
    CHECK(error_of(first, operands.wanted) <= bound_of(kernel));
    const Blocks again = runs.next();
    CHECK(std::equal(first.floats.data(), first.floats.data() + first.floats.size(), again.floats.data()));
    CHECK(error_of(runs.next(&operands.residual), operands.wanted_with_sum) <= bound_of(kernel));
}

}  // namespace

TEST_CASE("linear kernels: all equal plain loops, with a sum, and again with an input that is ready") {
    for_each_set([](const KernelSet& kernels) {
        for (const LinearLayer layer : {LinearLayer::Gemm, LinearLayer::Conv3x3}) {
            Numbers numbers(12);
            for (const auto& [in, out] : {std::pair{1, 1}, {7, 35}, {64, 48}, {100, 21}, {193, 64}}) {
                for (const Boards& boards :
                     {Boards{{2, 3}, 1}, Boards{{5, 4}, 3}, Boards{{9, 9}, 2}, Boards{{19, 19}, 1}}) {
                    if (boards.shape.height > largest_edge()) continue;
                    CAPTURE(in);
                    CAPTURE(boards.rows());
                    const Operands operands({taps_of(layer), in, out}, boards, kernels.width, numbers);
                    for (const LinearKernel& kernel : kernels.linear) {
                        if (kernel.layer != layer || !is_available(kernel)) continue;
                        CAPTURE(std::string(kernel.name));
                        check_kernel(kernel, operands);
                    }
                }
            }
        }
    });
}

TEST_CASE("linear kernels: FP16 sums of thousands of products by XNNPACK err no more than those of some hundred") {
    for_each_linear_kernel([](const KernelSet& kernels, const LinearKernel& kernel) {
        if (kernel.provider != KernelProvider::Xnnpack || kernel.arithmetic != Arithmetic::Fp16) return;
        Numbers numbers(14);
        for (const int in_channels : {31, 33, 384, 700, 2048}) {
            const LayerSize size{taps_of(kernel.layer), in_channels, 20};
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
            const LayerSize size{taps_of(kernel.layer), in, out};
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
