// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "backend/backend.h"
#include "backend/cpu/isa/instruction_set.h"
#include "backend/cpu/program/choose.h"

namespace katago::cpu {

// A kernel and its time for one layer of a shape, one position of 19x19. Relative speeds on other boards and batches
// are much the same.
template <class Kernel>
struct Timed {
    const Kernel* kernel;
    double seconds;  // infinite where this machine cannot run it
};
using Candidate = Timed<LinearKernel>;
using Measurements = std::map<LayerShape, std::vector<Candidate>>;
using AttentionMeasurements = std::map<AttentionShape, std::vector<Timed<AttentionKernel>>>;

// Times what is not in the tuning folder (or everything, with measure_again), some milliseconds a shape, and stores it
// there, in the order of what pays most and as long as options.time goes on: shapes that it leaves are missing in what
// is returned. A folder that cannot be written is told to options.log, and no more. Throws MeasuringStopped.
Measurements measure(const CandidatesByShape& shapes, const InstructionSet& set, const LoadOptions& options);
// The same of attention by these kernels.
AttentionMeasurements measure_attention(const Graph& graph, const std::vector<const AttentionKernel*>& kernels,
                                        const InstructionSet& set, const LoadOptions& options);

// How much of that the tuning folder has. Throws IoError where it cannot be read.
KeptTuning kept_measurements(const CandidatesByShape& shapes, const InstructionSet& set, const LoadOptions& options);

// The fastest of each; with a provider, of its kernels where it has some, else of ours. A library's kernels are taken
// where they are faster by more than measurements vary: ours fuse what surrounds a layer and share what they make of
// its input.
KernelChoices fastest_choices(const Measurements& measured, std::optional<KernelProvider> provider);
// The one that is the fastest for all layers of attention together; null: there is none, or not all were measured.
const AttentionKernel* fastest_attention(const Graph& graph, const AttentionMeasurements& measured);

}  // namespace katago::cpu
