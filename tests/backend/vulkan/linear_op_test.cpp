// SPDX-License-Identifier: MIT
#include "backend/vulkan/ops/linear_op.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "backend/vulkan/op_bench.h"
#include "backend/vulkan/ops/linear_kernel.h"
#include "backend/vulkan/test_device.h"
#include "core/fp16.h"
#include "nn/random_net.h"

using namespace katago;
using namespace katago::vulkan;
using test_ops::Doubles;
using test_ops::OpBench;
using test_vulkan::shared_device;

namespace {

// Sums in FP16 of sixteen products, each of which may be as large as the result.
constexpr double kHalfSums = 6e-3;
// Winograd's transform subtracts numbers of about eight times the result.
constexpr double kWinogradFloats = 4e-5, kWinogradHalves = 8e-3;

// Which operands an epilogue has, and which of its values are 16-bit numbers.
struct EpilogueCase {
    bool multiplier = false, vector = false, residual = false, raw = true, activated = false, affine = false;
    bool half_operands = false, half_results = false;
    ActivationKind kind = ActivationKind::Identity;
};
constexpr EpilogueCase kBare{};
constexpr EpilogueCase kAll{true, true, true, true, true, true, true, true, ActivationKind::Mish};
constexpr EpilogueCase kStream{false, true, true, true, true, true, false, false, ActivationKind::Silu};
constexpr EpilogueCase kActivated{false, false, false, false, true, true, false, true, ActivationKind::Relu};
constexpr EpilogueCase kGate{true, false, false, true, false, false, true, true, ActivationKind::Identity};

struct LinearCase {
    BoardShape board;
    int boards, in, out, kernel_y, kernel_x, dilation;
    EpilogueCase epilogue;
};
// Rows and channels below, at and beyond the tiles', and depths that end within a step.
constexpr LinearCase kCases[] = {
    {{2, 2}, 1, 16, 16, 1, 1, 1, kBare},        {{7, 9}, 3, 48, 80, 3, 3, 1, kAll},
    {{19, 19}, 1, 22, 30, 5, 3, 1, kActivated}, {{9, 7}, 2, 40, 144, 3, 3, 2, kStream},
    {{7, 9}, 16, 400, 48, 1, 1, 1, kGate},      {{13, 13}, 1, 64, 192, 3, 3, 1, kStream},
    {{2, 2}, 3, 33, 400, 3, 5, 1, kAll},        {{19, 19}, 3, 96, 96, 1, 1, 1, kActivated},
};
constexpr LinearCase kWinogradCases[] = {
    {{2, 2}, 1, 16, 16, 3, 3, 1, kBare},       {{7, 9}, 3, 48, 80, 3, 3, 1, kAll},
    {{19, 19}, 1, 22, 144, 3, 3, 1, kStream},  {{8, 13}, 16, 40, 33, 3, 3, 1, kGate},
    {{4, 4}, 2, 400, 64, 3, 3, 1, kActivated},
};

// A convolution with generated weights, whose results are about as large as its inputs.
Conv2d generated_conv(const LinearCase& c, uint32_t seed) {
    Conv2d conv{c.kernel_y, c.kernel_x, c.in, c.out, c.dilation, c.dilation, {}};
    test_nets::Numbers numbers(seed);
    const size_t terms = static_cast<size_t>(c.kernel_y * c.kernel_x * c.in);
    std::vector<float> weights = numbers.row(terms * static_cast<size_t>(c.out));
    for (float& w : weights) w = float_of_fp16(fp16_of_float(w * 3 / std::sqrt(static_cast<float>(terms))));
    conv.weights = make_weights(std::move(weights));
    return conv;
}

// What a convolution is, in plain loops: y[board, y, x, out].
Doubles plain_conv(const LinearCase& c, const Doubles& in, const std::vector<float>& weights) {
    Doubles out(static_cast<size_t>(c.boards * c.board.area() * c.out));
    const auto at = [&](int board, int y, int x) { return (board * c.board.height + y) * c.board.width + x; };
    for (int to = 0; to < c.boards * c.board.area(); ++to) {
        const int board = to / c.board.area(), y = to / c.board.width % c.board.height, x = to % c.board.width;
        double* const sums = out.data() + static_cast<size_t>(to) * static_cast<size_t>(c.out);
        for (int tap = 0; tap < c.kernel_y * c.kernel_x; ++tap) {
            const int from_y = y + (tap / c.kernel_x - c.kernel_y / 2) * c.dilation;
            const int from_x = x + (tap % c.kernel_x - c.kernel_x / 2) * c.dilation;
            if (from_y < 0 || from_x < 0 || from_y >= c.board.height || from_x >= c.board.width) continue;
            for (int i = 0; i < c.in; ++i) {
                const double value = in[static_cast<size_t>(at(board, from_y, from_x) * c.in + i)];
                const float* const row = weights.data() + static_cast<size_t>((tap * c.in + i) * c.out);
                for (int o = 0; o < c.out; ++o) sums[o] += value * double{row[o]};
            }
        }
    }
    return out;
}

double activate(ActivationKind kind, double x) {
    switch (kind) {
        case ActivationKind::Relu:
            return std::max(x, 0.0);
        case ActivationKind::Mish:
            return x * std::tanh(std::log1p(std::exp(x)));
        case ActivationKind::Silu:
            return x / (1 + std::exp(-x));
        default:
            return x;
    }
}

// A layer on a bench, with the operands and results of its epilogue.
class LinearTrial {
  public:
    LinearTrial(const LinearCase& c, bool fp16, const LinearChoices& linear)
        : case_(c), bench_(shared_device(), {c.board, c.boards, fp16}), conv_(generated_conv(c, 7)) {
        const EpilogueCase& e = c.epilogue;
        const TensorType type{TensorKind::Spatial, c.out};
        in_ = bench_.add_random({TensorKind::Spatial, c.in}, true);
        if (e.multiplier) epilogue_.multiplier = bench_.add_random(type, e.half_operands);
        if (e.vector) epilogue_.vector = bench_.add_random({TensorKind::Vector, c.out}, false);
        if (e.residual) epilogue_.residual = bench_.add_random(type, e.half_operands);
        if (e.raw) epilogue_.raw = bench_.add_result(type, e.half_results);
        if (e.activated) epilogue_.activated = bench_.add_result(type, e.half_results);
        test_nets::Numbers numbers(11);
        scale_ = numbers.row(static_cast<size_t>(c.out)), shift_ = numbers.row(static_cast<size_t>(c.out));
        if (e.affine) epilogue_.affine = bench_.weights.add_pairs(scale_, shift_);
        epilogue_.kind = e.kind;
        bench_.set_linear(linear);
    }

    void run_direct() {
        const WeightRange weights = bench_.weights.add_matrix(conv_.weights, case_.kernel_y * case_.kernel_x, case_.in,
                                                              case_.out, bench_.shape().fp16);
        bench_.run(LinearOp{in_, case_.kernel_y, case_.kernel_x, case_.dilation, case_.dilation, weights, epilogue_});
    }
    void run_winograd() {
        const WeightRange weights = bench_.weights.add_winograd(conv_, bench_.shape().fp16);
        bench_.run(WinogradOp{in_, weights, epilogue_});
    }
    // `bound`: of the product's error.
    void check(double bound) const {
        Doubles y = plain_conv(case_, bench_.rows(in_), *conv_.weights.floats());
        const Doubles none;
        const auto values = [&](NodeId id) { return id == kNoNode ? none : bench_.rows(id); };
        const Doubles multiplier = values(epilogue_.multiplier), vector = values(epilogue_.vector),
                      residual = values(epilogue_.residual);
        const size_t channels = static_cast<size_t>(case_.out);
        for (size_t i = 0; i < y.size(); ++i) {
            if (!multiplier.empty()) y[i] *= multiplier[i];
            const size_t board = i / (static_cast<size_t>(case_.board.area()) * channels);
            if (!vector.empty()) y[i] += vector[board * channels + i % channels];
            if (!residual.empty()) y[i] += residual[i];
        }
        const bool rounded = case_.epilogue.half_results && bench_.shape().fp16;
        const double most = rounded ? std::max(bound, test_ops::kHalfError) : bound;
        if (epilogue_.raw != kNoNode) test_ops::check_close(bench_.rows(epilogue_.raw), y, most);
        if (epilogue_.activated == kNoNode) return;
        for (size_t i = 0; i < y.size(); ++i)
            y[i] = activate(epilogue_.kind, y[i] * double{scale_[i % channels]} + double{shift_[i % channels]});
        test_ops::check_close(bench_.rows(epilogue_.activated), y, most);
    }

  private:
    LinearCase case_;
    OpBench bench_;
    Conv2d conv_;
    Epilogue epilogue_;
    NodeId in_ = kNoNode;
    std::vector<float> scale_, shift_;
};

// Every kernel of a precision on some of the cases, so that each case meets several kernels and each kernel several
// cases.
void check_kernels(const Capabilities& device, bool fp16, double bound) {
    constexpr size_t kCasesEach = 3;
    size_t next = 0;
    for (const LinearKernel& kernel : linear_kernels(device, fp16)) {
        const LinearChoices linear({kernel});
        for (size_t i = 0; i < kCasesEach; ++i) {
            const LinearCase& c = kCases[next++ % std::size(kCases)];
            CAPTURE(kernel.name);
            CAPTURE(&c - kCases);
            LinearTrial trial(c, fp16, linear);
            trial.run_direct();
            trial.check(kernel.has_matrix_unit ? test_ops::kFloatError : bound);
        }
    }
}

}  // namespace

TEST_CASE("vulkan linear: every kernel computes what plain loops compute") {
    if (!shared_device()) return;
    Capabilities device = shared_device()->capabilities();
    check_kernels(device, false, test_ops::kFloatError);
    if (!device.fp16_storage) return;
    if (device.fp16_arithmetic) check_kernels(device, true, kHalfSums);
    device.fp16_arithmetic = false;
    device.matrix_tiles.clear();
    check_kernels(device, true, test_ops::kFloatError);
}

TEST_CASE("vulkan linear: Winograd convolutions compute what plain loops compute") {
    if (!shared_device()) return;
    for (const bool fp16 : {false, true}) {
        if (fp16 && !shared_device()->capabilities().fp16_storage) continue;
        const LinearChoices linear(shared_device()->physical(), fp16);
        for (const LinearCase& c : kWinogradCases) {
            CAPTURE(fp16);
            CAPTURE(&c - kWinogradCases);
            LinearTrial trial(c, fp16, linear);
            trial.run_winograd();
            trial.check(fp16 ? kWinogradHalves : kWinogradFloats);
        }
    }
}
