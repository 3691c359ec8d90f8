// SPDX-License-Identifier: MIT
#include "backend/cpu/ops/layout.h"
#include "backend/cpu/program/rewrites.h"

namespace katago::cpu {

namespace {

// The step as an FP16 kernel's; null: it is something else.
const LinearStep* fp16_linear(const Step& step) {
    const auto* linear = std::get_if<LinearStep>(&step.operation);
    return linear != nullptr && linear->kernel->arithmetic == Arithmetic::Fp16 ? linear : nullptr;
}

// The number of steps that read the value of each node; outputs are read once more.
std::vector<int> readers_of_values(const Program& program) {
    std::vector<int> readers(program.types.size(), 0);
    for (const NodeId id : program.outputs.ids()) readers[static_cast<size_t>(id)] = 1;
    for (const Step& step : program.steps) {
        for (const NodeId id : step.in) ++readers[static_cast<size_t>(id)];
    }
    return readers;
}

}  // namespace

void store_fp16(Program& program) {
    std::vector<int> others = readers_of_values(program);
    for (const Step& step : program.steps) {
        const LinearStep* linear = fp16_linear(step);
        if (linear != nullptr && linear->kernel->input == InputForm::Fp16Rows)
            --others[static_cast<size_t>(linear->in)];
    }
    for (const Step& step : program.steps) {
        const LinearStep* linear = fp16_linear(step);
        if (linear == nullptr) continue;
        const NodeId out = linear->epilogue.activated;
        const bool whole_blocks = vectors_of(step.type.channels, program.width) * program.width % kFp16Block == 0;
        if (out != kNoNode && whole_blocks && others[static_cast<size_t>(out)] == 0) {
            program.stored_as_fp16[static_cast<size_t>(out)] = true;
        }
    }
}

}  // namespace katago::cpu
