// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "nn/graph.h"

namespace katago {

// The products that tolerate 8-bit inputs as well as 8-bit weights, by id: all of the trunk, but where there is
// attention only its queries, keys and output and the three products of gated layers. Values and the bottleneck's 1x1
// convolutions there are a fifth of the work and half of the error. Layers that a network stored in INT8 keeps in
// halves are left out.
std::vector<bool> int8_products(const Graph& graph);

// Whether there is any.
bool has_attention(const Graph& graph);

}  // namespace katago
