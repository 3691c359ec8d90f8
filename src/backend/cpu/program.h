// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>
#include <variant>
#include <vector>

#include "backend/arena.h"
#include "backend/cpu/kernel_choice.h"
#include "backend/cpu/kernels.h"
#include "backend/cpu/pack.h"
#include "nn/graph.h"

namespace katago::cpu {

// A network as the steps that a plan runs: each does the work of several nodes of the graph. A value is named by the
// node that makes it; -1 means none. Values inside a step are never stored.
inline constexpr NodeId kNone = -1;

// EpilogueCall, with values for pointers.
struct Epilogue {
    NodeId multiplier = kNone, vector = kNone, residual = kNone;
    NodeId raw = kNone, activated = kNone;
    AlignedFloats scale, shift;  // empty where nothing is activated
    ActivationKind kind = ActivationKind::Identity;
};

// Copies an input of the plan into blocks.
struct InputStep {
    enum class Source : uint8_t { Spatial, Global, Meta };
    Source source = Source::Spatial;
    NodeId out = kNone;
};
struct DenseStep {
    NodeId in = kNone;
    int depth = 0;
    AlignedFloats weights;
    Epilogue epilogue;
};
struct WinogradStep {
    NodeId in = kNone;
    int in_channels = 0;
    bool weights_transformed = true;
    bool input_transformed = false;  // the last such step before this one read the same value
    AlignedFloats weights;
    Epilogue epilogue;
};
struct IntegerDenseStep {
    NodeId in = kNone;
    int depth = 0;
    bool input_ready = false;  // the last integer step before this one prepared the same value in the same way
    PackedIntegers weights;
    Epilogue epilogue;
    bool halves = false;  // the 16-bit numbers are IEEE halves instead of integers
};
struct IntegerWinogradStep {
    NodeId in = kNone;
    int in_channels = 0;
    bool input_ready = false;
    PackedIntegers weights;
    Epilogue epilogue;
    bool halves = false;
    bool weights_in_lines = false;  // see Kernels::half_lines
};
struct Int8Step {
    NodeId in = kNone;
    int taps = 1, in_channels = 0;
    bool input_ready = false;
    bool input_gated = false;  // made by the Int8GatedStep before it; `in` is not stored
    PackedInt8 weights;
    Epilogue epilogue;
};
// The first two products of a gated layer; the third, which takes what they make as bytes, follows.
struct Int8GatedStep {
    NodeId in = kNone;
    int in_channels = 0, out_group = 0, out_turned = 0;
    bool input_ready = false;
    PackedInt8 linear, gate;
    AlignedFloats scale, shift;  // before the activation
    ActivationKind kind = ActivationKind::Identity;
    AlignedFloats gamma;  // of the RMS norm of its input; empty: none
    float epsilon = 0;
};
struct ConvGeometry {
    int kernel_y = 1, kernel_x = 1, dilation_y = 1, dilation_x = 1, in_channels = 0;
};
// Any other convolution: the inputs of all taps are copied beside each other, then multiplied.
struct Im2colStep {
    NodeId in = kNone;
    ConvGeometry geometry;
    AlignedFloats weights;
    Epilogue epilogue;
};
// A convolution of the plan's spatial input.
struct SparseConvStep {
    ConvGeometry geometry;
    AlignedFloats weights;
    Epilogue epilogue;
};
struct ElementwiseStep {
    NodeId in = kNone;
    Epilogue epilogue;
};
struct RmsNormStep {
    NodeId in = kNone, out = kNone;
    float epsilon = 0;
    bool over_board = false;
    AlignedFloats gamma, beta;
    ActivationKind kind = ActivationKind::Identity;
};
struct PoolStep {
    NodeId in = kNone, out = kNone;
    GlobalPool::Kind kind = GlobalPool::Kind::Max;
};
struct AttentionStep {
    NodeId q = kNone, k = kNone, v = kNone, out = kNone;
    Attention layer;
    bool integers = false;  // products of 16-bit integers
    bool halves = false;    // or of halves
};

using Operation =
    std::variant<InputStep, DenseStep, WinogradStep, IntegerDenseStep, IntegerWinogradStep, Int8Step, Int8GatedStep,
                 Im2colStep, SparseConvStep, ElementwiseStep, RmsNormStep, PoolStep, AttentionStep>;

struct Step {
    NodeId node = 0;          // the first that it computes
    TensorType type;          // of the result
    std::vector<NodeId> in;   // all values read
    std::vector<NodeId> out;  // all values written
    Operation operation;
};

// What reports call the kernel that a step runs: "winograd_f32". Lives as long as the program.
std::string_view kernel_name(const Operation& operation);

// Immutable once made.
struct Program {
    const Kernels* kernels = nullptr;
    std::vector<Step> steps;
    std::vector<TensorType> types;  // of every node
    std::vector<bool> in_halves;    // of every node: its value is stored as half_dense takes it
    GraphOutputs outputs;
    int spatial_channels = 0, global_channels = 0, meta_channels = 0;
    bool half_weights = false;  // floats were rounded to FP16
    bool long_chains = false;   // of dense products and attention in halves
};

// Fuses and packs, with the kernels that `choices` names. Throws UnsupportedError naming the layer.
Program lower(const Graph& graph, const Kernels& kernels, const PlanChoices& choices);

}  // namespace katago::cpu
