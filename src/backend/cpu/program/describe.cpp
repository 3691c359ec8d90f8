// SPDX-License-Identifier: MIT
#include <map>

#include "backend/cpu/program/program.h"

namespace katago::cpu {

namespace {

LayerCount layers_of(const Step& step) {
    return std::visit([](const auto& operation) { return operation.linear_layers(); }, step.operation);
}

}  // namespace

std::string_view kernel_name(const Step& step) {
    return std::visit([](const auto& operation) { return operation.name(); }, step.operation);
}

size_t weight_bytes_of_each_plan(const Program& program) {
    size_t bytes = 0;
    const auto add = [&](const LinearKernel& kernel, const PackedWeights& weights) {
        if (!kernel.shares_weights) bytes += weights.values.size();
    };
    for (const Step& step : program.steps) {
        if (const auto* linear = std::get_if<LinearStep>(&step.operation)) add(*linear->kernel, linear->weights);
        if (const auto* im2col = std::get_if<Im2colStep>(&step.operation)) add(*im2col->gemm, im2col->weights);
    }
    return bytes;
}

int layers_in(const Program& program, Arithmetic arithmetic) {
    int layers = 0;
    for (const Step& step : program.steps) {
        const LayerCount count = layers_of(step);
        if (count.arithmetic == arithmetic) layers += count.layers;
    }
    return layers;
}

std::string describe_precision(const Program& program) {
    std::map<KernelProvider, int> by_provider;
    int all = 0;
    for (const Step& step : program.steps) {
        const LayerCount count = layers_of(step);
        by_provider[count.provider] += count.layers;
        all += count.layers;
    }
    std::string rest = program.fp16_weights ? "FP32 with weights rounded to FP16" : "FP32";
    std::string text;
    for (const Arithmetic arithmetic : {Arithmetic::Int8, Arithmetic::Int16, Arithmetic::Fp16}) {
        const int layers = layers_in(program, arithmetic);
        if (layers == 0) continue;
        text += (text.empty() ? "" : ", ") + std::string(name_of(arithmetic)) + " in " + std::to_string(layers);
    }
    if (text.empty())
        text = rest;
    else
        text += " of " + std::to_string(all) + " products, " + rest + " elsewhere";
    for (const auto& [provider, name] :
         {std::pair{KernelProvider::Xnnpack, "XNNPACK"}, std::pair{KernelProvider::Eigen, "Eigen"}}) {
        if (by_provider[provider] > 0)
            text += "; " + std::string(name) + " computes " + std::to_string(by_provider[provider]) + " of " +
                    std::to_string(all);
    }
    return text;
}

}  // namespace katago::cpu
