// SPDX-License-Identifier: MIT
#include "backend/cpu/check_parity.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "backend/cpu/cpu_backend.h"
#include "backend/cpu/largest_edge.h"
#include "backend/cpu/tested_sets.h"
#include "backend/registry.h"
#include "core/fp16.h"

namespace test_parity {

namespace {

// The same as kParity for plans that compute in 16-bit integers: inputs and weights have about 12 bits each, relative
// to the largest of their row or column, and errors of a few hundred products average out to less than that; several
// layers add up.
constexpr double kInt16Parity = 8e-3;
// Of plans with 8-bit weights and inputs, each to half a step in 127 and 255 of the largest of its block.
constexpr double kInt8Parity = 4e-2;
// Of weights rounded to FP16: each by up to 2^-11 = 5e-4 of itself, in half a dozen layers in a row.
constexpr double kFp16WeightsParity = 3e-3;
// Of plans that also add up in FP16, in the trunk: what rounded tiles, weights and sums of one Winograd layer cost the
// typical output is 2e-3 of it on 19x19 and 4e-3 on 2x2, where five of nine taps see no point; the worst of some
// hundred outputs errs by three times that, and the largest value, which this is relative to, is two or three times the
// typical.
constexpr double kFp16SumsParity = 8e-3;

// A way to compute a network, and what it may cost. FP32 is as exact by the kernels of a library as by our own.
struct Way {
    Precision precision;
    KernelProvider provider;
    double bound;
};
constexpr Way kWays[] = {{Precision::Fp32, KernelProvider::Own, kParity},
                         {Precision::Fp32, KernelProvider::Xnnpack, kParity},
                         {Precision::Fp32, KernelProvider::Eigen, kParity},
                         {Precision::Auto, KernelProvider::Own, kInt16Parity},
                         {Precision::Int8, KernelProvider::Own, kInt8Parity},
                         {Precision::Fp16, KernelProvider::Own, kFp16WeightsParity},
                         {Precision::Fp16, KernelProvider::Xnnpack, kFp16WeightsParity}};

// The layer with its weights rounded as Precision::Fp16 rounds them.
Layer rounded_to_fp16(Layer layer) {
    std::visit(
        [](auto& linear) {
            if constexpr (requires { linear.weights.floats(); }) {
                std::vector<float> weights(*linear.weights.floats());
                for (float& x : weights) x = float_of_fp16(fp16_of_float(x));
                linear.weights = make_weights(std::move(weights));
            }
        },
        layer);
    return layer;
}

// What follows the policy, as a network whose planes are the policy and whose weights are rounded to FP16; nothing
// where other outputs are made of more.
std::optional<Graph> heads_after_policy(const Graph& graph) {
    const GraphOutputs& o = graph.outputs();
    GraphBuilder builder;
    std::vector<NodeId> moved(graph.nodes().size(), -1);
    const auto to = [&](NodeId id) -> NodeId& { return moved[static_cast<size_t>(id)]; };
    to(o.policy) = builder.add("trunk", InputSpatial{graph.node(o.policy).type.channels}, {});
    for (NodeId id = o.policy + 1; id < static_cast<NodeId>(moved.size()); ++id) {
        std::vector<NodeId> inputs;
        for (const NodeId input : graph.node(id).inputs) inputs.push_back(to(input));
        const bool readable = std::none_of(inputs.begin(), inputs.end(), [](NodeId input) { return input < 0; });
        if (!inputs.empty() && readable)
            to(id) = builder.add(graph.node(id).name, rounded_to_fp16(graph.node(id).layer), inputs);
    }
    for (const NodeId id : {o.pass, o.value, o.score, o.ownership}) {
        if (to(id) < 0) return std::nullopt;
    }
    return builder.build({to(o.policy), to(o.pass), to(o.value), to(o.score), to(o.ownership)});
}

// Plans that add up in FP16 do so in the trunk alone. A head's sum may come out far smaller than its terms, the more so
// on a tiny board, where it is made of few points; the trunk's error is then large in it, however well it is computed.
// So the trunk is compared, and the heads with what they must make of the trunk that was found: they add up in FP32.
void check_fp16_sums(const Graph& graph, BoardShape board, int batch, const Outputs& found, const Outputs& wanted) {
    const size_t outputs = wanted.rows.size();
    const std::optional<Graph> heads = heads_after_policy(graph);
    check_outputs(found, wanted, 0, heads ? 1 : outputs, kFp16SumsParity);
    if (!heads) return;
    Outputs from_found(*heads, board, batch);
    find_backend("reference")
        .load(*heads)
        ->compile(board, batch)
        ->run(batch, {found.rows[0].data(), nullptr, nullptr}, from_found.pointers());
    check_outputs(found, from_found, 1, outputs, kParity);
}

bool has_gemm(const cpu::InstructionSet& set, cpu::Arithmetic arithmetic,
              KernelProvider provider = KernelProvider::Own) {
    const auto* kernel = cpu::find_linear(cpu::kernels_for(set), cpu::LinearLayer::Gemm, arithmetic, provider);
    return kernel != nullptr && cpu::is_available(*kernel);
}

}  // namespace

void check_parity(const Graph& graph, const std::vector<BoardShape>& boards, const std::vector<int>& batches) {
    const int most = *std::max_element(batches.begin(), batches.end());
    const auto reference = find_backend("reference").load(graph);
    for (const cpu::InstructionSet& set : tested_instruction_sets()) {
        for (const auto& [precision, provider, bound] : kWays) {
            const bool integers = precision == Precision::Auto || precision == Precision::Int8;
            if (integers && !has_gemm(set, cpu::Arithmetic::Int16)) continue;
            if (!has_gemm(set, cpu::Arithmetic::Fp32, provider)) continue;
            const bool fp16_sums = precision == Precision::Fp16 && has_gemm(set, cpu::Arithmetic::Fp16, provider);
            LoadOptions options;
            options.precision = precision;
            if (provider != KernelProvider::Own) options.kernels = provider;
            const auto model = CpuBackend(set).load(graph, options);
            for (const BoardShape board : boards) {
                if (board.height > largest_edge()) continue;
                const Inputs inputs(graph, board, most);
                Outputs wanted(graph, board, most);
                reference->compile(board, most)->run(most, inputs.pointers(), wanted.pointers());
                const auto plan = model->compile(board, most);
                for (const int batch : batches) {
                    Outputs found(graph, board, batch);
                    plan->run(batch, inputs.pointers(), found.pointers());
                    CAPTURE(std::string(name_of(set)));
                    CAPTURE(std::string(name_of(precision)));
                    CAPTURE(std::string(name_of(provider)));
                    CAPTURE(board.height);
                    CAPTURE(board.width);
                    CAPTURE(batch);
                    if (fp16_sums) {
                        check_fp16_sums(graph, board, batch, found, wanted);
                    } else {
                        check_outputs(found, wanted, 0, wanted.rows.size(), bound);
                    }
                }
            }
        }
    }
}

}  // namespace test_parity
