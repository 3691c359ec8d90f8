// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "backend/cpu/ops/epilogue.h"
#include "nn/layers.h"

namespace katago::cpu {

// A call of an epilogue alone, one that no layer precedes which it could be fused with.
struct ElementwiseCall {
    const float* in = nullptr;
    int vectors = 0;
    EpilogueCall out;
};

// A call of an RMS norm over the channels of each point or, for over_board, over those of all points together.
struct RmsNormCall {
    const float* in = nullptr;
    const float* gamma = nullptr;
    const float* beta = nullptr;  // may be null
    float* out = nullptr;
    float epsilon = 0;
    bool over_board = false;
    ActivationKind kind = ActivationKind::Identity;  // applied last
    int channels = 0;
    size_t batch = 1, points = 1;
};

// A call of pooling: per channel, the sum and the maximum over the points. sums, maxima: [batch][vectors * width]
struct PoolCall {
    const float* in = nullptr;
    float* sums = nullptr;
    float* maxima = nullptr;
    int vectors = 0;
    size_t batch = 1, points = 1;
};

struct PointwiseKernels {
    void (*elementwise)(const ElementwiseCall& call);
    void (*rms_norm)(const RmsNormCall& call);
    void (*pool)(const PoolCall& call);
};

}  // namespace katago::cpu
