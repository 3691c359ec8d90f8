// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "backend/cpu/ops/pointwise.h"
#include "backend/cpu/steps/step.h"

namespace katago::cpu {

// Copies an input of the plan into blocks.
struct InputStep : StepDefaults {
    enum class Source : uint8_t { Spatial, Global, Meta };
    Source source = Source::Spatial;
    NodeId out = kNoNode;

    std::string_view name() const { return "input"; }
    void run(const RunContext& context, const TensorType& result) const;
};

struct ElementwiseStep : StepDefaults {
    const PointwiseKernels* kernels = nullptr;
    NodeId in = kNoNode;
    Epilogue epilogue;

    std::string_view name() const { return "elementwise"; }
    void run(const RunContext& context, const TensorType& result) const;
};

struct RmsNormStep : StepDefaults {
    const PointwiseKernels* kernels = nullptr;
    NodeId in = kNoNode, out = kNoNode;
    float epsilon = 0;
    bool over_board = false;
    AlignedFloats gamma, beta;
    ActivationKind kind = ActivationKind::Identity;

    std::string_view name() const { return "rms_norm"; }
    void run(const RunContext& context, const TensorType& result) const;
};

struct PoolStep : StepDefaults {
    const PointwiseKernels* kernels = nullptr;
    NodeId in = kNoNode, out = kNoNode;
    int in_channels = 0;
    GlobalPool::Kind kind = GlobalPool::Kind::Max;

    std::string_view name() const { return "global_pool"; }
    size_t scratch_floats(const PlanShape& shape, const TensorType& result) const;
    void run(const RunContext& context, const TensorType& result) const;
};

// [rows, channels] -> blocks, with zeros in the lanes left over.
void to_blocks(const float* in, size_t rows, int channels, int width, float* out);
// Blocks -> [rows, channels].
void from_blocks(const float* in, size_t rows, int channels, int width, float* out);
// FP16 in channel blocks of eight -> [rows, channels].
void from_fp16_blocks(const int16_t* in, size_t rows, int channels, float* out);

}  // namespace katago::cpu
