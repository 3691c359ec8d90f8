// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "backend/cpu/kernel_choice.h"
#include "backend/cpu/program.h"

namespace katago::cpu {

// Seconds of each candidate for each shape of a network's trunk, one position of 19x19. Relative speeds on other
// boards and batches are much the same.
struct Candidate {
    ProductKernel kernel;
    double seconds;
};
using Measurements = std::map<ProductShape, std::vector<Candidate>>;

// Times what is not in the tuning folder (or everything, with measure_again), some milliseconds a shape, and stores it
// there. A folder that cannot be written is told to options.log, and no more.
Measurements measure(const Graph& graph, const Kernels& kernels, const LoadOptions& options);

KernelChoices fastest_choices(const Measurements& measured);

// "16-bit integers in 74 of 97 products, FP32 elsewhere".
std::string describe_precision(const Program& program);

}  // namespace katago::cpu
