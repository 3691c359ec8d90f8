// SPDX-License-Identifier: MIT
#include <algorithm>
#include <utility>

#include "backend/cpu/ops/layout.h"
#include "backend/cpu/program/rewrites.h"
#include "nn/passes/find_glus.h"

namespace katago::cpu {

namespace {

// The step of a fused node as an INT8 gemm of our own; null: it is something else.
LinearStep* int8_gemm(Program& program, int step) {
    if (step == -1) return nullptr;
    auto* linear = std::get_if<LinearStep>(&program.steps[static_cast<size_t>(step)].operation);
    const bool fits = linear != nullptr && linear->kernel->provider == KernelProvider::Own &&
                      linear->kernel->arithmetic == Arithmetic::Int8 && linear->kernel->layer == LinearLayer::Gemm;
    return fits ? linear : nullptr;
}

// Whether the third layer can read groups of channels as the kernel of the first two makes them: whole panels, or all.
bool takes_groups(const LinearStep& last, int width) {
    return last.weights.group % (kPanelVectors * width) == 0 || last.weights.group >= last.size.in;
}

GluStep glu_of(LinearStep& linear, LinearStep& gate, const LinearStep& last, const GluKernel& kernel) {
    GluStep glu;
    glu.kernel = &kernel, glu.gemm = linear.kernel;
    glu.in = linear.in, glu.in_channels = linear.size.in;
    glu.out_group = last.weights.group, glu.out_rotated = last.weights.rotated;
    glu.linear = std::move(linear.weights), glu.gate = std::move(gate.weights);
    glu.scale = std::move(linear.epilogue.scale), glu.shift = std::move(linear.epilogue.shift);
    glu.kind = linear.epilogue.kind;
    return glu;
}

}  // namespace

void join_glus(Program& program, const FusedGraph& fused, const std::vector<int>& step_of, const KernelSet& kernels) {
    if (kernels.glu.empty()) return;
    const auto step_at = [&](int node) { return node == -1 ? -1 : step_of[static_cast<size_t>(node)]; };
    std::vector<bool> joined(program.steps.size(), false);  // into another step
    for (const Glu& found : find_glus(fused)) {
        LinearStep* const linear = int8_gemm(program, step_at(found.linear));
        LinearStep* const gate = int8_gemm(program, step_at(found.gate));
        LinearStep* const last = int8_gemm(program, step_at(found.last));
        if (linear == nullptr || gate == nullptr || last == nullptr || !takes_groups(*last, program.width) ||
            gate->weights.group != linear->weights.group || gate->weights.rotated != linear->weights.rotated) {
            continue;
        }
        const NodeId hidden = last->in;
        Step& step = program.steps[static_cast<size_t>(step_at(found.gate))];
        Step& reader = program.steps[static_cast<size_t>(step_at(found.last))];
        GluStep glu = glu_of(*linear, *gate, *last, kernels.glu.front());
        if (found.norm != -1) {
            auto& norm = std::get<RmsNormStep>(program.steps[static_cast<size_t>(step_at(found.norm))].operation);
            glu.gamma = std::move(norm.gamma), glu.epsilon = norm.epsilon, glu.in = norm.in;
            joined[static_cast<size_t>(step_at(found.norm))] = true;
        }
        last->input_from_glu = true;
        std::erase(reader.in, hidden);
        joined[static_cast<size_t>(step_at(found.linear))] = true;
        step.in = {glu.in}, step.out = {};
        step.operation = std::move(glu);
    }
    std::vector<Step> left;
    for (size_t i = 0; i < program.steps.size(); ++i)
        if (!joined[i]) left.push_back(std::move(program.steps[i]));
    program.steps = std::move(left);
}

}  // namespace katago::cpu
