// SPDX-License-Identifier: MIT
#include <algorithm>
#include <memory>
#include <utility>

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
    const auto is_joined = [&](Step& step) {
        auto* norm = std::get_if<RmsNormStep>(&step.operation);
        if (norm == nullptr || !is_of_each_point(*norm)) return false;
        const std::vector<Step*> readers = layers_that_take(program, norm->out);
        if (readers.empty()) return false;
        const auto input_norm = std::make_shared<const InputNorm>(InputNorm{std::move(norm->gamma), norm->epsilon});
        for (Step* reader : readers) {
            auto& linear = std::get<LinearStep>(reader->operation);
            linear.in = norm->in, linear.norm = input_norm;
            std::replace(reader->in.begin(), reader->in.end(), norm->out, norm->in);
        }
        return true;
    };
    std::erase_if(program.steps, is_joined);
}

}  // namespace katago::cpu
