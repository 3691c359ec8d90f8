// SPDX-License-Identifier: MIT
#include <array>

#include "backend/cpu/program/program.h"

namespace katago::cpu {

std::string_view kernel_name(const Step& step) {
    return std::visit([](const auto& operation) { return operation.name(); }, step.operation);
}

std::string describe_precision(const Program& program) {
    std::array<int, 4> layers{};  // by arithmetic
    const auto count = [&](Arithmetic arithmetic, int more) { layers[static_cast<size_t>(arithmetic)] += more; };
    for (const Step& step : program.steps) {
        if (const auto* linear = std::get_if<LinearStep>(&step.operation)) count(linear->kernel->arithmetic, 1);
        if (std::holds_alternative<GluStep>(step.operation)) count(Arithmetic::Int8, 2);
        if (std::holds_alternative<Im2colStep>(step.operation)) count(Arithmetic::Fp32, 1);
        if (std::holds_alternative<ConvFirstStep>(step.operation)) count(Arithmetic::Fp32, 1);
    }
    int all = 0;
    for (const int of_one : layers) all += of_one;
    std::string rest = program.fp16_weights ? "FP32 with weights rounded to FP16" : "FP32";
    std::string text;
    const auto add = [&](Arithmetic arithmetic, const char* what) {
        const int of_one = layers[static_cast<size_t>(arithmetic)];
        if (of_one > 0) text += (text.empty() ? "" : ", ") + std::string(what) + " in " + std::to_string(of_one);
    };
    add(Arithmetic::Int8, "8-bit weights"), add(Arithmetic::Int16, "16-bit integers"), add(Arithmetic::Fp16, "FP16");
    if (text.empty()) return rest;
    return text + " of " + std::to_string(all) + " products, " + rest + " elsewhere";
}

}  // namespace katago::cpu
