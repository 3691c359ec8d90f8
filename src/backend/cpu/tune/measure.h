// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "backend/backend.h"
#include "backend/cpu/isa/instruction_set.h"
#include "backend/cpu/program/choose.h"

namespace katago::cpu {

// Seconds of each candidate for each shape, one position of 19x19. Relative speeds on other boards and batches are much
// the same.
struct Candidate {
    const LinearKernel* kernel;
    double seconds;  // infinite where this machine cannot run it
};
using Measurements = std::map<LayerShape, std::vector<Candidate>>;

// Times what is not in the tuning folder (or everything, with measure_again), some milliseconds a shape, and stores it
// there. A folder that cannot be written is told to options.log, and no more.
Measurements measure(const CandidatesByShape& shapes, const InstructionSet& set, const LoadOptions& options);

// How much of that the tuning folder has. Throws IoError where it cannot be read.
KeptTuning kept_measurements(const CandidatesByShape& shapes, const InstructionSet& set, const LoadOptions& options);

// The fastest of each; with a provider, of its kernels where it has some, else of ours. A library's kernels are taken
// where they are faster by more than measurements vary: ours fuse what surrounds a layer and share what they make of
// its input.
KernelChoices fastest_choices(const Measurements& measured, std::optional<KernelProvider> provider);

}  // namespace katago::cpu
