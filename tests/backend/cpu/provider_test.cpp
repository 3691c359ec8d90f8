// SPDX-License-Identifier: MIT
// Networks by the kernels of a provider that was asked for by name. That they equal the reference: see check_parity.h.
#include <doctest/doctest.h>

#include <algorithm>
#include <span>
#include <string>
#include <variant>

#include "backend/cpu/check_parity.h"
#include "backend/cpu/program/program.h"
#include "backend/cpu/tested_sets.h"
#include "nn/random_net.h"

using namespace test_parity;
using test_nets::RandomNet;

namespace {

// Has a convolution of each size, products with vectors and at every point, and attention.
Graph net_of_all_layers() {
    RandomNet net(21);
    const NodeId in = net.activation(net.norm(stem(net, 12)), ActivationKind::Relu);
    const NodeId convs = net.conv(net.conv(net.conv(in, 12, 3), 12, 1), 12, 5);
    const NodeId pooled = net.matmul(net.pool(net.conv(in, 7, 1)), 12);
    const NodeId sum = net.add(AddBroadcast{}, {convs, pooled});
    const NodeId attended = attention(net, sum, {4, 2, 8, 5, {}}, true);
    return net.build(net.add(Add{}, {sum, net.matmul(attended, 12)}));
}

template <class Kernel>
bool has_kernel(std::span<const Kernel> kernels, KernelProvider provider) {
    return std::any_of(kernels.begin(), kernels.end(),
                       [&](const Kernel& kernel) { return kernel.provider == provider && cpu::is_available(kernel); });
}

}  // namespace

TEST_CASE("cpu: a provider that is asked for computes all products in FP32, also those of attention") {
    const Graph graph = net_of_all_layers();
    for (const cpu::InstructionSet& set : tested_instruction_sets()) {
        const cpu::KernelSet& kernels = cpu::kernels_for(set);
        for (const KernelProvider provider : {KernelProvider::Own, KernelProvider::Xnnpack, KernelProvider::Eigen}) {
            if (!has_kernel(kernels.linear, provider)) continue;
            CAPTURE(std::string(name_of(set)));
            CAPTURE(std::string(name_of(provider)));
            const bool attends = has_kernel(kernels.attention, provider);
            const cpu::Program program = cpu::lower(graph, kernels, {.kernels = {}, .provider = provider});
            int products = 0;
            for (const cpu::Step& step : program.steps) {
                if (const auto* linear = std::get_if<cpu::LinearStep>(&step.operation)) {
                    CHECK(linear->kernel->provider == provider);
                    ++products;
                } else if (const auto* conv = std::get_if<cpu::Im2colStep>(&step.operation)) {
                    CHECK(conv->gemm->provider == provider);
                    ++products;
                } else if (const auto* attention = std::get_if<cpu::AttentionStep>(&step.operation)) {
                    CHECK(attention->kernel->provider == (attends ? provider : KernelProvider::Own));
                    ++products;
                }
            }
            CHECK(products >= 9);
        }
    }
}

TEST_CASE("cpu: a network of all layers equals the reference by every provider, in batches of 1 to 8") {
    check_parity(net_of_all_layers(), {{2, 2}, {2, 9}, {7, 5}, {13, 13}, {19, 19}}, {8, 1, 2, 3, 4, 5, 6, 7});
}
