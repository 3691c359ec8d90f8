// SPDX-License-Identifier: MIT
#pragma once

#include "backend/cpu/program/choose.h"

namespace katago::cpu {

// The time of one layer of this shape by this kernel, one position of 19x19, in seconds: what a quarter of
// a few runs stay below, some milliseconds in all. As in a search so many threads compute it at once, and each run has
// other weights, of as many layers as the network has, so that only those are in the caches which would be there.
// Numbers are zeros, which take as long as any others, but for stored weights.
double seconds_of_trial(const LayerShape& shape, const ShapeCandidates& layers, const LinearKernel& kernel, int width,
                        int threads);
double seconds_of_trial(const AttentionShape& shape, const AttentionKernel& kernel, int width, int threads);

}  // namespace katago::cpu
