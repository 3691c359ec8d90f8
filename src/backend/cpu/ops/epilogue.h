// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "nn/layers.h"

namespace katago::cpu {

// The epilogue of a step: the operations on each result y before it is stored,
//   y = y * multiplier + vector + residual;  raw = y;  activated = kind(y * scale + shift)
// All but the accumulator may be absent (null). multiplier, residual, raw and activated have the rows of the step;
// vector has one row for each of the batch; scale and shift are per channel, padded to whole vectors.
struct EpilogueCall {
    const float* multiplier = nullptr;
    const float* vector = nullptr;
    const float* residual = nullptr;
    const float* scale = nullptr;
    const float* shift = nullptr;
    float* raw = nullptr;
    float* activated = nullptr;
    int16_t* activated_fp16 = nullptr;  // in place of `activated`: FP16, as gemm_f16 takes it
    ActivationKind kind = ActivationKind::Identity;
    bool approximate = false;      // mish and SiLU to a relative error of 2e-4: their inputs are no more exact
    size_t batch = 1, points = 1;  // rows = batch * points
};

}  // namespace katago::cpu
