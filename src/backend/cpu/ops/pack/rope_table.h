// SPDX-License-Identifier: MIT
#pragma once

#include "backend/arena.h"
#include "backend/backend.h"
#include "nn/layers.h"

namespace katago::cpu {

// AttentionCall::rope for one board. The angle of a point is the sum of its column's and its row's, so two rotations by
// small tables do the work of one by a table of all points.
AlignedFloats make_rope_table(const Attention& layer, BoardShape board, int width);

}  // namespace katago::cpu
