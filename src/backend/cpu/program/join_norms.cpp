// SPDX-License-Identifier: MIT
#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "backend/cpu/program/rewrites.h"

namespace katago::cpu {

namespace {

// The steps that read a node, if all of them are layers whose kernels take a norm; else none.
std::vector<Step*> layers_that_take(Program& program, NodeId node) {
    std::vector<Step*> readers;
    const auto outputs = program.outputs.ids();
    if (std::find(outputs.begin(), outputs.end(), node) != outputs.end()) return {};
    for (Step& step : program.steps) {
        const auto times = std::count(step.in.begin(), step.in.end(), node);
        if (times == 0) continue;
        const auto* linear = std::get_if<LinearStep>(&step.operation);
        // Once: not in an epilogue too.
        if (linear == nullptr || !linear->kernel->takes_norm || linear->in != node || times > 1) return {};
        readers.push_back(&step);
    }
    return readers;
}

bool is_of_each_point(const RmsNormStep& norm) {
    return !norm.over_board && norm.beta.empty() && norm.kind == ActivationKind::Identity;
}

}  // namespace

void join_norms(Program& program) {
    std::vector<bool> joined;  // into the layers that read it
    for (Step& step : program.steps) {
        joined.push_back(false);
        auto* norm = std::get_if<RmsNormStep>(&step.operation);
        if (norm == nullptr || !is_of_each_point(*norm)) continue;
        const std::vector<Step*> readers = layers_that_take(program, norm->out);
        if (readers.empty()) continue;
        const auto input_norm = std::make_shared<const InputNorm>(InputNorm{std::move(norm->gamma), norm->epsilon});
        for (Step* reader : readers) {
            auto& linear = std::get<LinearStep>(reader->operation);
            linear.in = norm->in, linear.norm = input_norm;
            std::replace(reader->in.begin(), reader->in.end(), norm->out, norm->in);
        }
        joined.back() = true;
    }
    std::vector<Step> left;
    for (size_t i = 0; i < program.steps.size(); ++i)
        if (!joined[i]) left.push_back(std::move(program.steps[i]));
    program.steps = std::move(left);
}

}  // namespace katago::cpu
