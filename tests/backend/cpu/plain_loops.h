// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <vector>

#include "backend/cpu/ops/attention/attention.h"
#include "backend/cpu/run_kernel.h"

// Layers by plain loops in double precision, which kernels are compared with.
namespace test_kernels {

using Exact = std::vector<std::vector<double>>;  // [row][channel]

// The largest difference over the largest value, also of the lanes beyond the last channel, which must be zero.
double error_of(const Blocks& found, const Exact& wanted);
double error_of(const Blocks& found, const std::function<double(int row, int channel)>& wanted);

// `weights` are [in channels][out].
Exact gemm(const Blocks& in, const std::vector<float>& weights, int out);

// Each value and the residual's at its place.
void add(Exact& values, const Blocks& residual);

// A 3x3 convolution of boards side by side in the rows.
Exact convolution(const Blocks& in, const Conv2d& conv, BoardShape board);

// Softmax attention without rotation, head by head.
Exact attention(const Blocks& q, const Blocks& k, const Blocks& v, const AttentionCall& call);

Conv2d conv3x3(std::vector<float> weights, int in, int out);
Conv2d random_conv(test_nets::Numbers& numbers, int in, int out);

}  // namespace test_kernels
