// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "nn/graph.h"

// The layers' formulas in double precision.
namespace pass_tests {

using namespace katago;

// [points, channels]; a vector has one point.
using Value = std::vector<double>;

struct Inputs {
    int height = 0, width = 0;
    Value spatial, global, meta;
    int points() const { return height * width; }
};

double activated(ActivationKind kind, double x);

// The value of one node from those of its inputs.
Value value_of(const Node& node, const std::vector<const Value*>& operands, const Inputs& inputs);

}  // namespace pass_tests
