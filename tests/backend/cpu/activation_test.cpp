// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "backend/arena.h"
#include "backend/cpu/tested_sets.h"

using namespace katago;

namespace {

// Relative, of mish and SiLU: a few rounding steps of 6e-8 around an exponential that is good to 3e-7.
constexpr double kActivation = 1e-6;
// Of approximate ones: see EpilogueCall.
constexpr double kApproximateActivation = 2e-4;

}  // namespace

TEST_CASE("cpu: activations keep their stated error, also far from zero") {
    const std::vector<std::pair<ActivationKind, std::function<double(double)>>> kinds = {
        {ActivationKind::Relu, [](double x) { return std::max(x, 0.0); }},
        {ActivationKind::Mish, [](double x) { return x * std::tanh(std::log1p(std::exp(x))); }},
        {ActivationKind::Silu, [](double x) { return x / (1 + std::exp(-x)); }}};
    for (const cpu::InstructionSet& set : tested_instruction_sets()) {
        const cpu::KernelSet& kernels = cpu::kernels_for(set);
        const size_t width = static_cast<size_t>(kernels.width), count = 20000 * width;
        AlignedFloats in(count), out(count), one(width), zero(width);
        for (size_t i = 0; i < width; ++i) one[i] = 1;
        for (size_t i = 0; i < count; ++i) in[i] = static_cast<float>(i) / static_cast<float>(count) * 160 - 80;
        for (const auto& [kind, exact] : kinds) {
            for (const bool approximate : {false, true}) {
                cpu::ElementwiseCall call{in.data(), 1, {}};
                call.out.scale = one.data(), call.out.shift = zero.data(), call.out.approximate = approximate;
                call.out.activated = out.data(), call.out.kind = kind, call.out.points = count / width;
                kernels.pointwise.elementwise(call);
                double worst = 0;
                for (size_t i = 0; i < count; ++i) {
                    const double wanted = exact(double{in[i]}), error = std::abs(double{out[i]} - wanted);
                    worst = std::max(worst, error / std::max(std::abs(wanted), 1e-30));
                }
                CAPTURE(std::string(name_of(set)));
                CAPTURE(static_cast<int>(kind));
                CAPTURE(approximate);
                CHECK(worst <= (approximate ? kApproximateActivation : kActivation));
            }
        }
    }
}
