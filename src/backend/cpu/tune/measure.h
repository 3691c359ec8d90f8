// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <vector>

#include "backend/backend.h"
#include "backend/cpu/isa/instruction_set.h"
#include "backend/cpu/program/choose.h"

namespace katago::cpu {

// Seconds of each candidate for each shape of a network's trunk, one position of 19x19. Relative speeds on other
// boards and batches are much the same.
struct Candidate {
    const LinearKernel* kernel;
    double seconds;
};
using Measurements = std::map<LayerShape, std::vector<Candidate>>;

// Times what is not in the tuning folder (or everything, with measure_again), some milliseconds a shape, and stores it
// there. A folder that cannot be written is told to options.log, and no more.
Measurements measure(const Graph& graph, const InstructionSet& set, const LoadOptions& options);

KernelChoices fastest_choices(const Measurements& measured);

}  // namespace katago::cpu
