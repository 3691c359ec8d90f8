// SPDX-License-Identifier: MIT
#include <array>

#include "backend/cpu/program/rewrites.h"

namespace katago::cpu {

namespace {

// What a buffer holds: a value in a kernel's form.
struct Held {
    NodeId value = kNoNode;
    InputForm form = InputForm::AsStored;
    int taps = 0, group = 0, rotated = 0;
    const InputNorm* norm = nullptr;  // of the value
    bool operator==(const Held&) const = default;
};

Held held_by(const LinearStep& step) {
    Held held{step.in, step.kernel->input, step.size.taps, 0, 0, step.norm.get()};
    if (step.kernel->arithmetic == Arithmetic::Int8)
        held.group = step.weights.group, held.rotated = step.weights.rotated;
    return held;
}

}  // namespace

void share_inputs(Program& program) {
    std::array<Held, kInputBuffers> buffers;
    const auto holds = [&](InputBuffer buffer, const Held& wanted) {
        Held& held = buffers[static_cast<size_t>(buffer)];
        const bool ready = held == wanted;
        held = wanted;
        return ready;
    };
    for (Step& step : program.steps) {
        if (auto* linear = std::get_if<LinearStep>(&step.operation)) {
            const bool stored_so =
                linear->kernel->input == InputForm::AsStored || program.stored_as_fp16[static_cast<size_t>(linear->in)];
            if (stored_so || linear->input_from_glu) continue;
            linear->input_ready = holds(linear->buffer(), held_by(*linear));
        } else if (const auto* im2col = std::get_if<Im2colStep>(&step.operation)) {
            if (im2col->gemm->input != InputForm::AsStored) holds(InputBuffer::Rounded, {});
        } else if (auto* glu = std::get_if<GluStep>(&step.operation)) {
            const Held wanted{glu->in, InputForm::Int8Blocks, 1, glu->linear.group, glu->linear.rotated, nullptr};
            glu->input_ready = holds(InputBuffer::Rounded, wanted) && glu->gamma.empty();
            if (!glu->gamma.empty()) holds(InputBuffer::Rounded, {});  // it holds what the norm makes
        }
    }
}

}  // namespace katago::cpu
