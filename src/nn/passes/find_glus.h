// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "nn/passes/fuse_epilogues.h"

namespace katago {

// A GLU (gated linear unit), called SwiGLU where the activation is SiLU, with the layer that reads it and the RMS norm
// before it, as indices into FusedGraph::nodes():
//   n = norm(in);  h = activation(affine(linear(n))) * gate(n);  result = last(h)
// n, h and the activated value are read by nothing else, so that a backend need not store them. All three layers are
// matrices or 1x1 convolutions; `last` may have any epilogue.
struct Glu {
    int norm = -1;  // over the channels of a point, with gamma alone; -1: other nodes read n as well, or none makes it
    int linear = -1, gate = -1, last = -1;
};

// The GLUs of a graph, in the order of `linear`. Nothing here depends on how weights are stored.
std::vector<Glu> find_glus(const FusedGraph& fused);

}  // namespace katago
