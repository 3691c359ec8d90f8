// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "backend/cpu/isa/kernel_set.h"
#include "backend/cpu/program/choose.h"
#include "backend/cpu/steps/attention_step.h"
#include "backend/cpu/steps/conv_first_step.h"
#include "backend/cpu/steps/glu_step.h"
#include "backend/cpu/steps/linear_step.h"
#include "backend/cpu/steps/pointwise_steps.h"
#include "nn/graph.h"

namespace katago::cpu {

using Operation = std::variant<InputStep, LinearStep, GluStep, Im2colStep, ConvFirstStep, ElementwiseStep, RmsNormStep,
                               PoolStep, AttentionStep>;

struct Step {
    NodeId node = 0;          // the first that it computes
    TensorType type;          // of the result
    std::vector<NodeId> in;   // all values read
    std::vector<NodeId> out;  // all values written
    Operation operation;
};

// What reports call the kernel that a step runs: "winograd_f32". Lives as long as the program.
std::string_view kernel_name(const Step& step);

// A network as the steps that a plan runs. Immutable once made.
struct Program {
    int width = 0;  // floats of a vector
    std::vector<Step> steps;
    std::vector<TensorType> types;     // of every node
    std::vector<bool> stored_as_fp16;  // of every node: its value has the form that gemm_f16 takes
    GraphOutputs outputs;
    int spatial_channels = 0, global_channels = 0, meta_channels = 0;
    bool fp16_weights = false;   // FP32 weights were rounded to FP16
    int accumulation_depth = 8;  // this and the next: see LinearCall
    size_t near_cache_bytes = 0;
};

// Fuses and packs, with the kernels that `choices` names. Throws UnsupportedError naming the layer.
Program lower(const Graph& graph, const KernelSet& kernels, const PlanChoices& choices);

// What each plan keeps besides, because a library packs these weights anew for every one of its operators.
size_t weight_bytes_of_each_plan(const Program& program);

// How many of the products multiply such numbers.
int layers_in(const Program& program, Arithmetic arithmetic);

// "16-bit integers in 74 of 97 products, FP32 elsewhere".
std::string describe_precision(const Program& program);

}  // namespace katago::cpu
