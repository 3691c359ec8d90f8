// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "backend/cpu/program/program.h"
#include "nn/passes/fuse_epilogues.h"

namespace katago::cpu {

// Rewrites of a program that has one step for each fused node, in the order in which lower() applies them. Each stands
// in a file of its own.

// Lets the first two layers of a GLU in INT8 hand over bytes to the third, and takes in the RMS norm before them.
//   step_of   by fused node: the index of its step, -1 where it has none
void join_glus(Program& program, const FusedGraph& fused, const std::vector<int>& step_of, const KernelSet& kernels);

// Hands an RMS norm to the layers that read its result, where the kernels of all of them can take it: one pass over the
// values less.
void join_norms(Program& program);

// Values that FP16 kernels activate for nothing but FP16 gemms are rounded as they are stored: half as much goes to
// memory.
void store_fp16(Program& program);

// Marks the steps whose input a step before them has already brought into the form that they take.
void share_inputs(Program& program);

}  // namespace katago::cpu
