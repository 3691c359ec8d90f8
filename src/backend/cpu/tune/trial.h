// SPDX-License-Identifier: MIT
#pragma once

#include "backend/cpu/program/choose.h"

namespace katago::cpu {

// The time of one layer of this shape by this kernel, one position of 19x19, in seconds: the shortest of a few runs,
// some milliseconds in all. Its numbers are zeros, which take as long as any others, but for stored weights.
double seconds_of_trial(const LayerShape& shape, const ShapeCandidates& layers, const LinearKernel& kernel, int width);
double seconds_of_trial(const AttentionShape& shape, const AttentionKernel& kernel, int width);

}  // namespace katago::cpu
