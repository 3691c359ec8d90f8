// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "backend/backend.h"
#include "nn/layers.h"

// The layers' formulas on one row. Spatial values are [H, W, C], vectors [C]. Nothing throws: shapes were checked when
// the graph was built. Source: KataGo's network format, layer mathematics.
namespace katago::reference {

using Doubles = std::vector<double>;

// Memory that kernels work in, large enough after the first row of a plan.
struct Scratch {
    Doubles wide;          // a row of weights
    Doubles q, k, scores;  // of one attention head
};

void conv(const Conv2d& layer, BoardShape board, const double* in, double* out, Scratch& scratch);
// `points` is the board's area, or 1 for a vector.
void matmul(const MatMul& layer, int points, const double* in, double* out, Scratch& scratch);
void bias(const Bias& layer, int points, const double* in, double* out);
void batch_norm(const BatchNorm& layer, int points, const double* in, double* out);
void rms_norm(const RmsNorm& layer, int points, const double* in, double* out);
double activate(ActivationKind kind, double x);
// Writes [3 * channels].
void global_pool(const GlobalPool& layer, int points, int channels, const double* in, double* out);
void attention(const Attention& layer, BoardShape board, const double* q, const double* k, const double* v, double* out,
               Scratch& scratch);

}  // namespace katago::reference
