// SPDX-License-Identifier: MIT
#include "nn/weight_checks.h"

#include <cstdint>
#include <initializer_list>

#include "core/error.h"
#include "nn/rotation.h"

namespace katago {

namespace {

constexpr int kMaxKernel = 255;
constexpr int64_t kMaxWeights = int64_t{1} << 31;

std::string number(int64_t value) {
    return std::to_string(value);
}

int64_t bounded_product(const std::string& name, std::initializer_list<int64_t> factors) {
    int64_t product = 1;
    for (int64_t factor : factors) {
        product *= factor;  // both are below 2^31
        if (product > kMaxWeights) throw ModelError(name + ": asks for more weights than any network has");
    }
    return product;
}

void check_int8(const std::string& name, const BlockInt8& int8, const WeightDims& dims) {
    const auto fail = [&](const std::string& what) { throw ModelError(name + ": " + what); };
    if (WeightDims{int8.taps, int8.in_channels, int8.out_channels} != dims)
        fail("INT8 weights have " + number(int8.taps) + " taps of " + number(int8.in_channels) + " by " +
             number(int8.out_channels) + " channels, must have " + number(dims.taps) + " of " +
             number(dims.in_channels) + " by " + number(dims.out_channels));
    if (int8.block < 1) fail("INT8 weights have a scale for " + number(int8.block) + " channels, must be positive");
    const int hadamard = rotation_block(dims.in_channels), widest = widest_rotation(dims.in_channels);
    if (int8.rotated != 0 && (dims.taps != 1 || (int8.rotated != hadamard && int8.rotated != widest)))
        fail("of the inputs of INT8 weights " + number(int8.rotated) + " channels are rotated together, must be 0" +
             (dims.taps != 1 ? " for a kernel of several points" : ", " + number(hadamard) + " or " + number(widest)));
    const int64_t scales = int64_t{dims.taps} * int8.blocks() * dims.out_channels;
    check_size(name, "scales", int8.scales.size(), static_cast<size_t>(scales));
}

}  // namespace

void check_channels(const std::string& name, std::string_view what, int found) {
    if (found <= 0) throw ModelError(name + ": " + std::string(what) + " is " + number(found) + ", must be positive");
    if (found > kMaxChannels)
        throw ModelError(name + ": " + std::string(what) + " is " + number(found) + ", more than any network has");
}

size_t weight_count(const std::string& name, const Conv2d& conv) {
    check_channels(name, "number of input channels", conv.in_channels);
    check_channels(name, "number of output channels", conv.out_channels);
    check_channels(name, "vertical dilation", conv.dilation_y);
    check_channels(name, "horizontal dilation", conv.dilation_x);
    for (int kernel : {conv.kernel_y, conv.kernel_x})
        if (kernel <= 0 || kernel % 2 == 0 || kernel > kMaxKernel)
            throw ModelError(name + ": kernel is " + number(conv.kernel_y) + " by " + number(conv.kernel_x) +
                             ", must be odd and at most " + number(kMaxKernel));
    return static_cast<size_t>(
        bounded_product(name, {conv.kernel_y, conv.kernel_x, conv.in_channels, conv.out_channels}));
}

size_t weight_count(const std::string& name, const MatMul& matmul) {
    check_channels(name, "number of input channels", matmul.in_channels);
    check_channels(name, "number of output channels", matmul.out_channels);
    return static_cast<size_t>(bounded_product(name, {matmul.in_channels, matmul.out_channels}));
}

void check_size(const std::string& name, const char* what, size_t found, size_t wanted) {
    if (found != wanted)
        throw ModelError(name + ": has " + std::to_string(found) + " values of " + what + ", must have " +
                         std::to_string(wanted));
}

void check_weights(const std::string& name, const LinearWeights& weights, const WeightDims& dims) {
    const int64_t count = int64_t{dims.taps} * dims.in_channels * dims.out_channels;
    check_size(name, "weights", weights.size(), static_cast<size_t>(count));
    if (weights.int8() != nullptr) check_int8(name, *weights.int8(), dims);
}

}  // namespace katago
