// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <string>
#include <variant>
#include <vector>

#include "nn/linear_weights.h"
#include "nn/tensor.h"

namespace katago {

// One struct per layer type, plain data, immutable once in a graph. H, W are the board's; area = H * W.
// Formulas: the network format's layer mathematics. Every plan handles every alternative (std::visit over `Layer`).

enum class ActivationKind : uint8_t { Identity, Relu, Mish, Silu };

// The planes of the position.                              () -> Spatial[channels]
struct InputSpatial {
    int channels = 0;
};
// The features of the whole position.                      () -> Vector[channels]
struct InputGlobal {
    int channels = 0;
};
// The row that describes the players (humanSL networks).   () -> Vector[channels]
struct InputMeta {
    int channels = 0;
};

// Cross-correlation with zero padding at the board's edge. Spatial[in] -> Spatial[out]
//   weights [kernel_y, kernel_x, in, out]; kernels are odd; out[y, x] sums w[a, b] * in[y + (a - ky / 2) * dilation_y,
//   ...]
struct Conv2d {
    int kernel_y = 1, kernel_x = 1;
    int in_channels = 0, out_channels = 0;
    int dilation_y = 1, dilation_x = 1;
    LinearWeights weights;
};
inline bool is_pointwise(const Conv2d& conv) {
    return conv.kernel_y == 1 && conv.kernel_x == 1;
}
inline bool is_conv3x3(const Conv2d& conv) {
    return conv.kernel_y == 3 && conv.kernel_x == 3 && conv.dilation_y == 1 && conv.dilation_x == 1;
}

// A dense layer without bias, on a vector or at every point. X[in] -> X[out];  weights [in, out]
struct MatMul {
    int in_channels = 0, out_channels = 0;
    LinearWeights weights;
};

// x + bias, per channel. X[C] -> X[C]
struct Bias {
    Weights bias;
};

// Batch normalisation at inference, per channel: x * s + b with s = scale / sqrt(variance + epsilon) and
// b = bias - s * mean. Absent scale (null) counts as 1, absent bias as 0. Spatial[C] -> Spatial[C]
struct BatchNorm {
    float epsilon = 0;
    Weights mean, variance, scale, bias;
};

// Root-mean-square norm: x * gamma_c / sqrt(mean(x^2) + epsilon) + beta_c, the mean over the channels of one point or,
// with `over_board`, over all points and channels. Absent beta (null) counts as 0. Spatial[C] -> Spatial[C]
struct RmsNorm {
    float epsilon = 0;
    bool over_board = false;
    Weights gamma, beta;
};

// Elementwise. X[C] -> X[C]
struct Activation {
    ActivationKind kind = ActivationKind::Identity;
};

// Pooling over the board. Spatial[C] -> Vector[3 * C]: mean, mean * (sqrt(area) - 14) / 10, and third, per kind:
//   Max:     the maximum over the board, at least -1       (trunk blocks, policy head)
//   Value:   mean * ((sqrt(area) - 14)^2 / 100 - 0.1)      (value head)
struct GlobalPool {
    enum class Kind : uint8_t { Max, Value };
    Kind kind = Kind::Max;
};

// Elementwise sum of two values of the same type. (X[C], X[C]) -> X[C]
struct Add {};
// Elementwise product. (X[C], X[C]) -> X[C]
struct Multiply {};
// Adds a vector to every point. (Spatial[C], Vector[C]) -> Spatial[C]
struct AddBroadcast {};

// Rotates pairs (2p, 2p + 1) of each head's channels by the angle x * frequency_x + y * frequency_y, with x the column
// and y the row. Fixed frequencies are expanded when the file is read, so that one form serves both kinds.
//   frequencies [kv_heads, head_channels / 2, 2], last index: 0 = x, 1 = y. Query head h uses kv head h / (heads /
//   kv_heads). learned     whether the file stores them (they then count as parameters)
struct RotaryEmbedding {
    Weights frequencies;
    bool learned = false;
};

// Scaled dot-product attention of every point with every point, without projections.
// (q: Spatial[heads * qk_channels], k: Spatial[kv_heads * qk_channels], v: Spatial[kv_heads * v_channels])
//   -> Spatial[heads * v_channels], head-major. Scores are divided by sqrt(qk_channels). `rope` rotates q and k first.
struct Attention {
    int heads = 0, kv_heads = 0;
    int qk_channels = 0, v_channels = 0;
    RotaryEmbedding rope;  // no frequencies (null): no rotation
};

using Layer = std::variant<InputSpatial, InputGlobal, InputMeta, Conv2d, MatMul, Bias, BatchNorm, RmsNorm, Activation,
                           GlobalPool, Add, Multiply, AddBroadcast, Attention>;

}  // namespace katago
