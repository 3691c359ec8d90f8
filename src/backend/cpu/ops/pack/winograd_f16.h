// SPDX-License-Identifier: MIT
#pragma once

#include "backend/cpu/ops/linear.h"

namespace katago::cpu {

// FP16 weights of a 3x3 convolution in one of the two forms that pack.h describes, Full or OneAxis. Kernels take the
// form by instruction set and size; this is for whoever needs a certain one.
PackedWeights pack_winograd_f16_as(WeightTransform transform, const PackRequest& request);

}  // namespace katago::cpu
